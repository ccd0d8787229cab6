import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { writeCorpus } from '../../bench/corpus/write.ts'
import { writeBacklog } from '../../bench/follow/backlog-files.ts'
import { bytesIn, cpuSeconds, cpuSecondsIn, wakeUps, wakeUpsIn } from '../../bench/linux/process-figures.ts'
import { barsOf } from '../../bench/plot/bars.ts'
import { svgOf } from '../../bench/plot/svg.ts'
import { chosenOf } from '../../bench/run/chosen.ts'
import type { Contender, DrainRun } from '../../bench/run/contender.ts'
import { goalCell, median, readable } from '../../bench/run/figure.ts'
import { report } from '../../bench/run/results.ts'
import { comparisons, contenderRow, yardstickRow } from '../../bench/run/summary.ts'
import { rotatedFiles } from '../../src/receivers/audit-log/rotated-files.ts'
import { tempDir } from '../temp-dir.ts'

const run = (cpuSeconds: number, rest: Partial<DrainRun> = {}): DrainRun => ({
  seconds: 1,
  cpuSeconds,
  peakBytes: 90e6,
  wrong: undefined,
  ...rest,
})
const contender = (rest: Pick<Contender, 'name' | 'kind'> & Partial<Contender>): Contender => ({
  run: () => Promise.reject(new Error('not run')),
  ...rest,
})
const INPUT = { bytes: 100e6, events: 1_000 }
const BASELINE = [run(1), run(2), run(1)]
const AGENT = contender({ name: 'otlp', kind: 'agent', goal: 1.45 })
const PEER = contender({ name: 'collector', kind: 'peer', like: 'otlp' })
const agentRow = contenderRow(AGENT, [run(0.5), run(0.5), run(0.8)], BASELINE, INPUT)
const peerRow = contenderRow(PEER, [run(4), run(4), run(4)], BASELINE, INPUT)

suite('a process in /proc', () => {
  const STAT = `7 (a b) c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 11 0 1000 1 2`
  const STATUS =
    'Name:\tnode\nVmHWM:\t  114688 kB\nVmRSS:\t  65536 kB\nvoluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t7\n'

  test('has its CPU time after a name with spaces and brackets', () => assert.equal(cpuSecondsIn(STAT), 3))
  test('has its sizes in bytes', () => {
    assert.equal(bytesIn(STATUS, 'VmHWM'), 112 * 2 ** 20)
    assert.equal(bytesIn(STATUS, 'VmRSS'), 64 * 2 ** 20)
  })
  test('that has ended has no sizes', () => assert.throws(() => bytesIn('Name:\tnode\n', 'VmRSS'), /ended/))
  test('is woken as often as it gave up the CPU by itself', () => assert.equal(wakeUpsIn(STATUS), 150))
  test('is read as the kernel of this machine writes it', () => {
    const { user, system } = process.cpuUsage()
    assert.ok(Math.abs(cpuSeconds(process.pid) - (user + system) / 1e6) < 0.1)
    assert.ok(wakeUps(process.pid) >= wakeUpsIn(readFileSync('/proc/self/status', 'utf8')))
  })
})

suite('the summary of runs', () => {
  const MEDIANS: [number[], number][] = [
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[], Number.NaN],
  ]
  for (const [values, middle] of MEDIANS)
    test(`the median of [${values}] is ${middle}`, () => assert.equal(median(values), middle))

  test('divides each round by the yardstick of the same round', () => {
    assert.equal(agentRow.j, 2) // 1 / 0.5, 2 / 0.5, 1 / 0.8
    assert.equal(agentRow.perCpuSecond, 200)
    assert.equal(yardstickRow(BASELINE, INPUT).j, 1)
  })
  test('has the highest peak of all runs', () => {
    const row = contenderRow(AGENT, [run(1, { peakBytes: 120e6 }), run(1)], BASELINE, INPUT)
    assert.equal(row.peakMegabytes, 120)
  })
  test('says it when one run did not deliver everything', () => {
    const row = contenderRow(AGENT, [run(1), run(1, { wrong: '999 of 1000 events' })], BASELINE, INPUT)
    assert.equal(row.allArrived, 'NO')
  })
  test('compares the agent with each peer that does the same', () => {
    const [figure, ...others] = comparisons([agentRow, peerRow])
    assert.partialDeepStrictEqual(figure, { scenario: 'collector', value: 8, goal: { atLeast: 5 } })
    assert.deepEqual(others, [])
    assert.deepEqual(comparisons([peerRow]), [])
  })
})

suite('a goal', () => {
  const CELLS: [number, Parameters<typeof goalCell>[1], string][] = [
    [1.5, { atLeast: 1.45 }, '≥ 1.45 yes'],
    [1.4, { atLeast: 1.45 }, '≥ 1.45 NO'],
    [100, { atMost: 100 }, '≤ 100 yes'],
    [101, { atMost: 100 }, '≤ 100 NO'],
    [Number.NaN, { atMost: 100 }, '≤ 100 NO'],
    [1, undefined, ''],
  ]
  for (const [value, goal, cell] of CELLS)
    test(`of ${JSON.stringify(goal)} for ${value} reads "${cell}"`, () =>
      assert.equal(goalCell(value, goal), cell))
})

test('a figure has three digits, or all those before the point', () => {
  assert.deepEqual([0, 0.04, 0.1234, 1.234, 12.34, 123.4, 12_345, Number.NaN].map(readable), [
    '0',
    '0.040',
    '0.123',
    '1.23',
    '12.3',
    '123',
    '12345',
    '–',
  ])
})

test('--only takes names that there are', () => {
  const all = [{ name: 'otlp' }, { name: 'steady' }]
  assert.deepEqual(chosenOf(all, undefined), all)
  assert.deepEqual(chosenOf(all, 'steady'), [{ name: 'steady' }])
  assert.throws(() => chosenOf(all, 'steady,oltp'), /^Error: oltp: expected some of otlp,steady$/)
})

test('the report has a line for each row and figure, and says what was not found', () => {
  const text = report({
    machine: 'a machine',
    rounds: 3,
    corpus: { ...INPUT, classes: {} as never },
    drain: [agentRow, peerRow],
    figures: [
      { scenario: 'start', what: 'to the first event', value: 512, unit: 'ms', goal: { atMost: 400 } },
    ],
    missing: [{ name: 'vector', advice: 'set VECTOR' }],
  })
  assert.match(text, /^\| otlp +\| .*\| 2\.00 \| ≥ 1\.45 yes \| +90 \| ≤ 100 yes \| .*\| +yes \|$/m)
  assert.match(text, /^\| start \| to the first event \| +512 ms \| ≤ 400 NO \|$/m)
  assert.match(text, /^vector: not found \(set VECTOR\)$/m)
})

suite('the plot', () => {
  const bars = barsOf([yardstickRow(BASELINE, INPUT), peerRow, agentRow])

  test('has the peers below the agent, and marks those measured elsewhere', () => {
    assert.deepEqual(
      bars.map(({ kind, j }) => [kind, j]),
      [
        ['agent', 2],
        ['peer', 0.25],
        ['elsewhere', 0.29],
      ],
    )
  })
  test('has no figure from elsewhere of a peer that was measured', () => {
    const fluentBit = { ...peerRow, name: 'fluent-bit' }
    assert.ok(barsOf([agentRow, fluentBit]).every(({ kind }) => kind !== 'elsewhere'))
  })
  test('has bars as long as their figures, and text that is not taken for markup', () => {
    const svg = svgOf(bars, ['a <note> & more'])
    const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width))
    assert.equal(widths.length, 3)
    assert.ok(Math.abs((widths[0] ?? 0) / (widths[1] ?? 0) - 8) < 0.1)
    assert.match(svg, /a &lt;note&gt; &amp; more/)
  })
})

test('a backlog is rotated files of one log, all of whole lines, no two of which begin alike', async t => {
  const folder = await tempDir(t)
  const file = join(folder, 'corpus')
  const counts = writeCorpus(file, 100_000, 1)
  const logs = join(folder, 'logs')
  const size = await writeBacklog(logs, { folder, file, counts }, 300_000)
  assert.ok(size >= 300_000)
  const rotated = rotatedFiles(logs, 'audit.log', readdirSync(logs)).map(({ path }) => path)
  assert.equal(rotated.length, 2)
  const contents = [...rotated, join(logs, 'audit.log')].map(path => readFileSync(path, 'utf8'))
  assert.equal(Buffer.byteLength(contents.join('')), size)
  assert.equal(new Set(contents.map(content => content.slice(0, 1_000))).size, 3)
  for (const line of contents.join('').slice(0, -1).split('\n')) JSON.parse(line)
})
