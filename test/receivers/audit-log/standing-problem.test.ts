import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../../../src/pipeline/health.ts'
import { silentLog } from '../../../src/pipeline/log.ts'
import { StandingProblem } from '../../../src/receivers/audit-log/standing-problem.ts'

function problemAndWhatItSays() {
  const said: string[] = []
  const say = (message: string) => void said.push(message)
  const problems = new Set<Failure>()
  const log = { ...silentLog, info: say, warn: say, error: say }
  return { problem: new StandingProblem({ log, problems }), said, problems }
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

test('the agent is not ready while an ERROR lasts: since it began, for the reason that holds now', () => {
  const { problem, problems } = problemAndWhatItSays()
  const reasons = () => [...problems].map(({ reason }) => reason)
  problem.raise('warn', 'missing')
  assert.deepEqual(reasons(), [])
  problem.raise('error', 'denied')
  const [{ since = 0 } = {}] = problems
  problem.raise('error', 'a folder')
  assert.deepEqual([...problems], [{ since, reason: 'a folder' }])
  problem.raise('warn', 'missing')
  assert.deepEqual(reasons(), [])
  problem.raise('error', 'denied')
  problem.clear('all well')
  assert.deepEqual(reasons(), [])
})
