import assert from 'node:assert/strict'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { runCli, startCli } from '../cli.ts'
import { tempDir } from '../temp-dir.ts'

const EXEC =
  '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/vault/pods/safe/exec?command=id","verb":"get","user":{"username":"zoe"},"objectRef":{"resource":"pods","subresource":"exec","namespace":"vault","name":"safe"},"responseStatus":{"code":101}}\n'
const NO_DATABASE_URL = { DATABASE_URL: '' }

test('the first run shows who got into what, and what it says to try next works while it runs and after', async t => {
  const cwd = await tempDir(t)
  const run = startCli(t, ['quickstart'], { cwd, env: NO_DATABASE_URL })
  await run.says(/Writes all of it into/, 5_000)
  await run.says(/new sessions appear here/, 60_000)
  assert.match(
    run.stdout(),
    /bob .*exec .*payments\/ledger-db\[postgres\] +cat \/etc\/shadow +101 allowed +26.9ms/,
  )
  assert.match(run.stdout(), /eve .*403 denied/)
  const tried = [...run.stdout().matchAll(/^ {2}auditship (query .*)$/gm)].map(([, command = '']) =>
    command.split(' '),
  )
  assert.equal(tried.length, 3)
  const whileItRuns = await answers(t, tried, cwd)
  run.child.kill('SIGINT')
  assert.equal(await run.ended, 0)
  assert.deepEqual(await answers(t, tried.slice(0, 1), cwd), whileItRuns.slice(0, 1))
})

/** What the commands write; each must have an answer. */
function answers(t: TestContext, commands: readonly string[][], cwd: string): Promise<string[]> {
  return Promise.all(
    commands.map(async command => {
      const { code, stdout, stderr } = await runCli(t, command, { cwd, env: NO_DATABASE_URL })
      assert.deepEqual([code, stderr], [0, ''])
      assert.ok(stdout.split('\n').length > 3, `${command.join(' ')}: ${stdout}`)
      return stdout
    }),
  )
}

test('it follows a log of one’s own, named by one flag', async t => {
  const cwd = await tempDir(t)
  const log = join(cwd, 'my $log.jsonl')
  await writeFile(log, EXEC.replace('zoe', 'ann'))
  const run = startCli(t, ['quickstart', '--file', log], { cwd, env: NO_DATABASE_URL })
  await run.says(/ann .*vault\/safe.*Follows .*my \$log.jsonl/s, 60_000)
  // What was written before the display began to follow counts as shown: until it has, nothing appears.
  for (let n = 0; !/zoe/.test(run.stdout()); n++) {
    await appendFile(log, EXEC.replace('"1"', `"${n}"`))
    await run.says(/zoe .*vault\/safe.*101 allowed/, 2_000).catch(() => {})
  }
})
