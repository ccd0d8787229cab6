import assert from 'node:assert/strict'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startCli } from '../cli.ts'
import { tempDir } from '../temp-dir.ts'

const EVENT =
  '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"1","stage":"ResponseComplete","verb":"delete","user":{"username":"zoe"},"objectRef":{"resource":"secrets","namespace":"vault","name":"root-key"},"responseStatus":{"code":200}}\n'

test('the first run shows the bundled log within 5 seconds, says what to try next, ends by Ctrl-C', async t => {
  const cwd = await tempDir(t)
  const run = startCli(t, ['quickstart'], { cwd })
  await run.says(/Try next:/, 5000)
  assert.match(run.stdout(), /bob .*exec.* payments\/ledger-db\[postgres\] .*cat \/etc\/shadow/)
  assert.match(run.stdout(), /eve .*403/)
  assert.match(run.stdout(), /\.auditship\/events\.jsonl/)
  const lines = (await readFile(join(cwd, '.auditship/events.jsonl'), 'utf8')).trim().split('\n')
  assert.equal(lines.length, 67)
  run.child.kill('SIGINT')
  assert.equal(await run.ended, 0)
})

test('it follows a log of one’s own, named by one flag', async t => {
  const cwd = await tempDir(t)
  const log = join(cwd, 'my $log.jsonl')
  await writeFile(log, '')
  const run = startCli(t, ['quickstart', '--file', log], { cwd })
  await run.says(/What happened in .*my \$log.jsonl/)
  await appendFile(log, EVENT)
  await run.says(/zoe .*delete.*vault\/root-key/)
})
