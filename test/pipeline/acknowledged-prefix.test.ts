import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AcknowledgedPrefix } from '../../src/pipeline/acknowledged-prefix.ts'

interface Row {
  readonly title: string
  readonly order: readonly number[]
  readonly reached: readonly number[]
}

const ROWS: readonly Row[] = [
  { title: 'in order: one step each', order: [0, 1, 2, 3], reached: [0, 1, 2, 3] },
  { title: 'in reverse: nothing before the first, then all at once', order: [3, 2, 1, 0], reached: [3] },
  { title: 'a gap holds back what is after it', order: [0, 2, 3], reached: [0] },
  { title: 'a gap that closes releases what is after it', order: [0, 2, 1], reached: [0, 2] },
  { title: 'acknowledged twice counts once', order: [0, 0, 1], reached: [0, 1] },
  { title: 'the first never acknowledged: nothing', order: [1, 2, 3], reached: [] },
]

for (const { title, order, reached } of ROWS)
  test(title, () => {
    const positions: number[] = []
    const prefix = new AcknowledgedPrefix<number>(position => positions.push(position))
    const acknowledge = [0, 1, 2, 3].map(position => prefix.begin(position))
    for (const index of order) acknowledge[index]?.()
    assert.deepEqual(positions, reached)
  })

for (const title of ['in order', 'in reverse'])
  test(`what is acknowledged ${title} behind one that never is takes no memory, and counts when it is`, () => {
    const positions: number[] = []
    const prefix = new AcknowledgedPrefix<number>(position => positions.push(position))
    const first = prefix.begin(0)
    const others = Array.from({ length: 1000 }, (_, index) => prefix.begin(index + 1))
    if (title === 'in reverse') others.reverse()
    for (const acknowledge of others) acknowledge()
    assert.equal(prefix.size, 2)
    first()
    assert.equal(positions.at(-1), 1000)
    assert.equal(prefix.size, 0)
  })
