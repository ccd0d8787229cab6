import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { tempDir } from '../temp-dir.ts'
import { type CrashReport, crashRun } from './crash-run.ts'
import type { Plan } from './plan.ts'
import { PLANS } from './plans.ts'

const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1e6)

// A minute each, as each agent lives for about half a second; two at a time, on two cores.
suite('an agent', { concurrency: 2 }, () => {
  for (const [index, [title, plan]] of Object.entries(PLANS).entries()) {
    test(title, async t => {
      const report = await crashRun(plan, await tempDir(t), seed + index)
      tell(t, report)
      assertNothingLost(report, plan)
    })
  }
})

function tell(t: TestContext, { lanes, moments, atTheEnd, seconds }: CrashReport): void {
  t.diagnostic(
    `CRASH_SEED=${seed}, ${seconds.toFixed(0)} s, ended at ${JSON.stringify(moments)}, ${atTheEnd} times at the log's end`,
  )
  for (const { lost, deletedUnread: _, wrong: __, ...numbers } of lanes)
    t.diagnostic(JSON.stringify({ ...numbers, lost: lost.length }))
}

function assertNothingLost({ lanes, troubles }: CrashReport, plan: Plan): void {
  for (const lane of lanes) {
    const { lost, deletedUnread, wrong } = lane
    assert.deepEqual({ lost, deletedUnread, wrong }, { lost: [], deletedUnread: [], wrong: [] })
    if (plan.signal === 'SIGTERM') assert.equal(lane.repeats, 0)
    if (plan.poisonEvery !== undefined)
      assert.equal(lane.deadLettered, Math.floor(lane.events / plan.poisonEvery))
  }
  assert.deepEqual(troubles, [])
}
