import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Ledger } from '../../bench/scenario/ledger.ts'
import { numberIn } from '../../bench/scenario/numbered-events.ts'
import { Backend } from '../../bench/survival/backend.ts'
import { report } from '../../bench/survival/report.ts'
import { runScenario } from '../../bench/survival/run-scenario.ts'
import type { Scenario } from '../../bench/survival/scenario.ts'
import { scenarios } from '../../bench/survival/scenarios.ts'
import { auditship } from '../../bench/survival/shippers/auditship.ts'

const AGENT = auditship(fileURLToPath(new URL('../../src/cli.ts', import.meta.url)))

const SHORT: Scenario = {
  name: 'short',
  what: 'a bit of everything',
  events: 3_000,
  rotations: [500, 600, 1_300, 2_000],
  by: 'rename and gzip',
  large: 2_500,
  deeds: [],
  quietMs: 3_000,
}

suite('the comparison with other shippers', { concurrency: true }, () => {
  test('finds nothing missing behind an agent that was killed and had no backend for a second', async () => {
    const scenario: Scenario = {
      ...SHORT,
      deeds: [
        [400, 'backend away'],
        [1_000, 'kill'],
        [1_400, 'backend back'],
        [1_800, 'start'],
      ],
    }
    const verdict = await runScenario(AGENT, scenario, 1)
    assert.partialDeepStrictEqual(verdict, { arrived: 3_000, lost: [], altered: [], strangers: 0 })
  })

  test('finds what a backend lost, took twice and cut', async () => {
    const faults = new Map<number, (line: Buffer, ledger: Ledger) => void>([
      [100, () => {}],
      [200, (line, ledger) => [line, line].forEach(line => void ledger.receive(line))],
      [300, (line, ledger) => ledger.receive(line.subarray(0, -1))],
    ])
    const honest = (line: Buffer, ledger: Ledger) => ledger.receive(line)
    const backend = new Backend((line, ledger) => (faults.get(numberIn(line) ?? 0) ?? honest)(line, ledger))
    const verdict = await runScenario(AGENT, SHORT, 1, backend)
    assert.partialDeepStrictEqual(verdict, { arrived: 2_999, lost: [100], repeats: 1, altered: [300] })
    const table = report([SHORT], new Map([['a shipper', new Map([['short', verdict]])]]))
    assert.match(table, /\| 3000 \| 1 \/ 1 \/ 1 \|$/)
  })
})

test('the same seed gives the same rotations, another one others', () => {
  assert.deepEqual(scenarios(7), scenarios(7))
  assert.notDeepEqual(scenarios(7), scenarios(8))
})
