import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isSteady, judged } from '../../bench/soak/growth.ts'
import { Latencies } from '../../bench/soak/latencies.ts'
import { isComplete } from '../../bench/soak/report.ts'
import type { Sample } from '../../bench/soak/samples.ts'

/** A process's samples, one a second: its memory and open files by its age in seconds. */
function life(
  pid: number,
  seconds: number,
  rssMb: (age: number) => number,
  fileDescriptors = (_age: number) => 20,
): Sample[] {
  return Array.from({ length: seconds }, (_, age) => ({
    pid,
    ageMs: age * 1000,
    rssMb: rssMb(age),
    fileDescriptors: fileDescriptors(age),
    cpuPercent: 10,
    isFaulty: false,
  }))
}

const flat = () => 100
const growing = (age: number) => 100 + 4 * age

suite('the growth of a soaked agent', () => {
  const cases: [title: string, samples: Sample[], steady: boolean][] = [
    ['flat', life(1, 90, flat), true],
    ['breathing', life(1, 90, age => 100 + 30 * (age % 3)), true],
    ['growing while it warms up, and then no more', life(1, 90, age => Math.min(age * 10, 150)), true],
    ['until each fault came once, and then no more', life(1, 90, age => 100 + Math.min(age, 42)), true],
    ['of memory', life(1, 90, growing), false],
    ['of open files', life(1, 90, flat, age => 20 + Math.floor(age / 5)), false],
    ['of a process that is not the last', [...life(1, 90, growing), ...life(2, 90, flat)], true],
    [
      'of the last process, smaller than the one before',
      [...life(1, 90, () => 500), ...life(2, 90, growing)],
      false,
    ],
    ['of many that live shortly', [1, 2, 3, 4].flatMap(pid => life(pid, 90, growing)), false],
    ['unknown: it did not outlive its warm-up', [...life(1, 90, flat), ...life(2, 15, flat)], false],
    ['unknown: no samples', [], false],
  ]
  for (const [title, samples, steady] of cases) {
    test(`${title}: ${steady ? 'passes' : 'fails'}`, () => assert.equal(isSteady(samples), steady))
  }

  test('is judged by the last process after its warm-up', () => {
    const samples = judged([...life(1, 90, flat), ...life(2, 30, flat)])
    assert.deepEqual([samples.length, samples[0]?.pid, samples[0]?.ageMs], [10, 2, 20_000])
  })
})

suite('latencies', () => {
  test('are exact up to 20 ms', () => {
    for (let ms = 0; ms <= 20; ms++) {
      const latencies = new Latencies()
      latencies.add(ms)
      assert.equal(latencies.quantile(0.5), ms)
    }
  })

  test('have quantiles that are never too small and 5 % too large at most', () => {
    const latencies = new Latencies()
    for (let ms = 1; ms <= 10_000; ms++) latencies.add(ms)
    for (const [share, exact] of [
      [0.01, 100],
      [0.5, 5_000],
      [0.99, 9_900],
      [1, 10_000],
    ] as const) {
      const found = latencies.quantile(share)
      assert.ok(found >= exact && found <= exact * 1.05, `${share}: ${found}, exactly ${exact}`)
    }
  })

  test('have no quantile when there are none', () => assert.equal(new Latencies().quantile(0.99), Number.NaN))
})

suite('a soak is complete', () => {
  const verdict = {
    arrived: 9,
    repeats: 3,
    lost: [],
    deletedUnread: [],
    altered: [],
    unlike: [],
    strangers: 0,
  }
  test('when all came, some of it more than once', () => assert.equal(isComplete(verdict), true))
  const failures = [
    { lost: [1] },
    { deletedUnread: [1] },
    { altered: [1] },
    { unlike: [1] },
    { strangers: 1 },
  ]
  for (const failure of failures) {
    test(`not with ${JSON.stringify(failure)}`, () =>
      assert.equal(isComplete({ ...verdict, ...failure }), false))
  }
})
