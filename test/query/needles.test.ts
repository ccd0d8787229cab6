import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/event.ts'
import { interactiveAccess } from '../../src/audit/interactive-access.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { all, type Condition, like } from '../../src/query/condition.ts'
import { filterCondition } from '../../src/query/filters.ts'
import type { Bytes } from '../../src/query/logs/bytes.ts'
import { logMemory } from '../../src/query/logs/needle-finder.ts'
import { type Needles, needlesOf } from '../../src/query/logs/needles.ts'
import { readLog } from '../../src/query/logs/read-log.ts'
import { matcher } from '../../src/query/matcher.ts'
import { QUESTIONS } from '../../src/query/questions.ts'
import { madeEvents } from '../deploy/made-events.ts'
import { Random } from '../fuzz/random.ts'
import { SAMPLE_LOGS, sampleLines } from '../samples.ts'
import { NOW } from './answers.ts'

/** The same for each run of a seed; a failure names the line. */
const random = new Random(20261121)

/** An event of each sample and made kind, in spellings that JSON allows and API servers do not use. */
const LINES = [
  ...SAMPLE_LOGS.flatMap(name => sampleLines(name).map(String)),
  ...madeEvents().map(event => JSON.stringify(event)),
]
  .filter(line => line.length < 2_000)
  .filter((_, i) => i % 3 === 0)
  .flatMap(line => [line, spelled(line, random), spelled(withoutObject(line, random), random)])

const CONDITIONS: readonly (readonly [title: string, condition: Condition])[] = [
  ...QUESTIONS.map(
    ({ name, condition }) => [name, condition(name === 'user' ? 'alice' : 'payments')] as const,
  ),
  ['user with a wildcard', filterCondition({ user: ['*serviceaccount:kube-*'] }, NOW)],
  ['name', filterCondition({ name: ['ledger-db'] }, NOW)],
  ['namespace with a wildcard', filterCondition({ namespace: ['pay????s'] }, NOW)],
  ['a short name', filterCondition({ user: ['eve'] }, NOW)],
  ['a name of other letters', filterCondition({ name: ['Größe'] }, NOW)],
  ['a command', all(like('exec.command', '*shadow*'))],
]

suite('looking only at lines with needles', () => {
  for (const [title, condition] of CONDITIONS) {
    const sets = needlesOf(condition)
    test(`loses no match, however a line is spelled: ${title}, ${sets.length} sets`, async () => {
      const expected = await matching(condition, [])
      for (const needles of sets) assert.deepEqual(await matching(condition, [needles]), expected)
      if (sets.length > 0) assert.ok(expected.length > 0)
    })
  }

  test('finds a subresource that only the path names, however slashes, letters and its end are written', () => {
    const condition = QUESTIONS.find(({ name }) => name === 'requests')?.condition('') ?? all()
    const [needles = []] = needlesOf(all(condition, like('operation', '*')))
    const isFound = finderOf(needles)
    let count = 0
    for (const line of pathLines()) {
      const event = parseEvent(line)
      if (interactiveAccess(event) === undefined) continue
      count++
      assert.ok(isFound(Buffer.from(line)), line)
    }
    assert.ok(count > 2_000, `${count} lines`)
  })

  test('leaves most lines of a usual log alone', () => {
    const lines = sampleLines('immudb-log-audit-k8s-1.25.jsonl').map(line => Buffer.from(line))
    for (const name of ['exec', 'secrets', 'tokens']) {
      const [needles] = needlesOf(QUESTIONS.find(question => question.name === name)?.condition('') ?? all())
      const candidates = lines.filter(finderOf(needles ?? []))
      assert.ok(candidates.length < lines.length / 4, `${name}: ${candidates.length} of ${lines.length}`)
    }
  })
})

/** Whether a line is one to look at. */
function finderOf(needles: Needles): (line: Buffer) => boolean {
  const {
    buffers: [buffer],
    finders: [finder],
  } = logMemory([needles])
  return line => finder?.findLine(buffer, 0, line.copy(buffer)) === 0
}

/** The lines that meet a condition when those without a needle are not looked at. */
async function matching(condition: Condition, needles: readonly Needles[]): Promise<string[]> {
  const matches = matcher(condition)
  const found: string[] = []
  const visitor = {
    event: (event: AuditEvent) => matches(event) && found.push(String(event.raw)),
    malformed: (_: unknown, reason: string) => assert.fail(reason),
    progress: () => {},
  }
  await readLog(bytesOf(LINES.join('\n')), logMemory(needles), visitor, new AbortController().signal)
  return found
}

function bytesOf(text: string): Bytes {
  let rest = Buffer.from(text)
  return {
    name: 'lines',
    async read(target) {
      const count = rest.copy(target)
      rest = rest.subarray(count)
      return count
    },
    whyNoEnd: async () => undefined,
    close: async () => {},
  }
}

/** The line with some characters of its keys and strings as escapes, and white space where JSON allows it. */
function spelled(line: string, random: Random): string {
  const share = random.pick([2, 30, 100])
  return line.replace(/"(?:[^"\\]|\\.)*"|[:,]/g, token => {
    if (token === ':' || token === ',') return random.below(100) < 10 ? ` ${token}\t` : token
    return token.replace(/\\u[\da-f]{4}|\\.|[^"\\]/gisu, character => {
      if (character.length > 1 || character.charCodeAt(0) > 0x7e || random.below(100) >= share)
        return character
      const hex = character.charCodeAt(0).toString(16).padStart(4, '0')
      return `\\u${random.below(2) === 0 ? hex : hex.toUpperCase()}`
    })
  })
}

/** Events without objectRef, each with one thing in its path that is written in another way. */
function pathLines(): string[] {
  const slashes = [
    '/',
    '//',
    '\\/',
    '\\u002f',
    '\\u002F',
    '%2f',
    '%2F',
    '%2\\u0066',
    '%2\\u0046',
    '%\\u0032F',
    '\\u00252F',
  ]
  const ends = ['', '?command=id', '\\u003fcommand=id', '/', '\\/', '%2f', '%2Fx', '\\u002f', '?']
  const lines: string[] = []
  for (const word of ['exec', 'attach', 'portforward', 'proxy', 'ephemeralcontainers']) {
    for (const slash of slashes) {
      for (const end of ends) {
        for (let at = -1; at < word.length; at++) {
          for (const letter of at < 0 ? [''] : otherSpellings(word.charAt(at))) {
            const spelling = at < 0 ? word : word.slice(0, at) + letter + word.slice(at + 1)
            const uri = `/api/v1/namespaces/default/pods/pod-1${slash}${spelling}${end}`
            lines.push(
              `{"level":"Metadata","auditID":"1","stage":"ResponseComplete","verb":"get","requestURI":"${uri}"}`,
            )
          }
        }
      }
    }
  }
  return lines
}

function otherSpellings(letter: string): string[] {
  const hex = letter.charCodeAt(0).toString(16)
  const [first, second] = hex
  return [
    `%${hex}`,
    `%${hex.toUpperCase()}`,
    `\\u00${hex}`,
    `\\u00${hex.toUpperCase()}`,
    `\\u0025${hex}`,
    `%\\u003${first}${second}`,
  ]
}

/** The event as one that has no objectRef, its path percent-encoded here and there. */
function withoutObject(line: string, random: Random): string {
  const { objectRef: _, ...event } = JSON.parse(line) as { objectRef?: object; requestURI?: string }
  const [path = '', ...query] = (event.requestURI ?? '').split('?')
  const encoded = path.replace(/[a-z/]/g, letter => {
    if (random.below(5) > 0) return letter
    const hex = letter.charCodeAt(0).toString(16)
    return `%${random.below(2) === 0 ? hex : hex.toUpperCase()}`
  })
  return JSON.stringify({ ...event, requestURI: [encoded, ...query].join('?') })
}
