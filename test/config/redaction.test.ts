import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import { COMPONENTS } from '../../src/components.ts'
import { loadConfig } from '../../src/config/load.ts'
import { printConfig } from '../../src/config/print.ts'

const COMMON = 'receivers: { auditLog: {} }\nexporters: { debug: {} }\n'
const TWO = (processors: string, redact = '') =>
  `service: { pipelines: { a: { receivers: [auditLog], processors: [${processors}], exporters: [debug]${redact} } } }\n`

const load = (text: string) =>
  loadConfig({ text, file: 'x.yaml', types: COMPONENTS, attributes: ATTRIBUTES, env: {} })

interface Row {
  readonly title: string
  readonly text: string
  /** Ids of the processors of the only pipeline. */
  readonly processors: readonly string[]
}

const ROWS: readonly Row[] = [
  { title: 'it redacts when nothing is said', text: '', processors: ['redact'] },
  {
    title: 'it redacts as is said',
    text: 'processors: { redact: { paths: [user.extra] } }\n',
    processors: ['redact'],
  },
  {
    title: 'it redacts first',
    text: 'processors: { filter: { noise: true } }\n',
    processors: ['redact', 'filter'],
  },
  {
    title: 'it redacts where it is put',
    text: 'processors: { filter: { noise: true }, redact: {} }\n',
    processors: ['filter', 'redact'],
  },
  {
    title: 'it redacts not when that is turned off',
    text: 'processors: { redact: false }\n',
    processors: [],
  },
  { title: 'a pipeline that does not name it redacts', text: TWO(''), processors: ['redact'] },
  {
    title: 'a pipeline has another redact instead',
    text: `processors: { redact/strict: {} }\n${TWO('redact/strict')}`,
    processors: ['redact/strict'],
  },
  { title: 'a pipeline turns it off', text: TWO('', ', redact: false'), processors: [] },
]

for (const { title, text, processors } of ROWS)
  test(`a pipeline: ${title}`, async () => {
    const { config, warnings } = await load(COMMON + text)
    assert.deepEqual(
      config.pipelines[0]?.processors.map(({ id }) => id),
      processors,
    )
    const expected =
      processors.length > 0 ? [] : [/^pipeline \w+ does not redact: .* leave the node as they are/]
    assert.equal(warnings.length, expected.length)
    for (const [index, warning] of expected.entries()) assert.match(warnings[index] ?? '', warning)
  })

test('what is printed is in force, also when redaction is off', async () => {
  for (const { text, processors } of ROWS) {
    const { printable } = await load(COMMON + text)
    const { config } = await load(printConfig(printable))
    assert.deepEqual(
      config.pipelines[0]?.processors.map(({ id }) => id),
      processors,
    )
  }
})

test('a path or pattern that is none is said with its place', async () => {
  const text = `${COMMON}processors: { redact: { paths: ["a..b"], patterns: ["("] } }\n`
  await assert.rejects(load(text), error => {
    assert.match(
      String(error),
      /x.yaml:3:\d+: processors.redact.paths\.0: not a path: expected a path such as/,
    )
    assert.match(
      String(error),
      /x.yaml:3:\d+: processors.redact.patterns\.0: not a regular expression: Unterminated group$/m,
    )
    return true
  })
})
