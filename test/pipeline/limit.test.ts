import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Limit } from '../../src/pipeline/limit.ts'

test('so many tasks run at a time, the others in the order they came, also after one that fails', async () => {
  const limit = new Limit(2)
  const started: number[] = []
  const tasks = [0, 1, 2, 3, 4].map(() => Promise.withResolvers<void>())
  const runs = tasks.map(({ promise }, n) =>
    limit.run(() => {
      started.push(n)
      return promise
    }),
  )
  assert.deepEqual(started, [0, 1])
  tasks[1]?.reject(new Error('broken'))
  await assert.rejects(runs[1] ?? Promise.resolve(), /broken/)
  assert.deepEqual(started, [0, 1, 2])
  for (const { resolve } of tasks) resolve()
  await Promise.all(runs.filter((_, n) => n !== 1))
  assert.deepEqual(started, [0, 1, 2, 3, 4])
})
