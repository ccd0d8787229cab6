import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../../src/pipeline/log.ts'
import { StandingProblem } from '../../../src/receivers/audit-log/standing-problem.ts'

function problemAndWhatItSays() {
  const said: string[] = []
  const say = (message: string) => void said.push(message)
  return { problem: new StandingProblem({ ...silentLog, info: say, warn: say, error: say }), said }
}

test('a problem is said once while it lasts, once more when it changes, and when it is over', () => {
  const { problem, said } = problemAndWhatItSays()
  for (const message of ['missing', 'missing', 'denied', 'denied']) problem.raise('error', message)
  problem.clear('all well')
  problem.clear('all well')
  assert.deepEqual(said, ['missing', 'denied', 'all well'])
})

test('a problem that is over before its time of grace is not said at all', () => {
  const { problem, said } = problemAndWhatItSays()
  problem.raise('error', 'missing', 60_000)
  problem.clear('all well')
  assert.deepEqual(said, [])
})
