import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { silentLog } from '../../../src/pipeline/log.ts'
import { chooseFolder } from '../../../src/receivers/audit-log/choose-folder.ts'
import { LogFolder } from '../../../src/receivers/audit-log/log-folder.ts'
import { auditLogOptions } from '../../../src/receivers/audit-log/options.ts'
import { logPaths } from '../../../src/receivers/audit-log/provider-presets.ts'

const PLACES = [
  { options: {}, paths: ['/var/log/kube-audit/audit.log'] },
  { options: { provider: 'k3s' }, paths: ['/var/lib/rancher/k3s/server/logs/audit.log'] },
  { options: { provider: 'rke2' }, paths: ['/var/lib/rancher/rke2/server/logs/audit.log'] },
  { options: { provider: 'rke' }, paths: ['/var/log/kube-audit/audit-log.json'] },
  {
    options: { provider: 'kubeadm' },
    paths: ['/var/log/kubernetes/audit/audit.log', '/var/log/kubernetes/audit.log'],
  },
  { options: { provider: 'kubeadm', pathPrefix: '/logs' }, paths: ['/logs/audit.log'] },
  { options: { provider: 'k3s', filename: 'a.json' }, paths: ['/var/lib/rancher/k3s/server/logs/a.json'] },
  { options: { pathPrefix: '/logs/', filename: 'a.log' }, paths: ['/logs/a.log'] },
]

for (const { options, paths } of PLACES)
  test(`the log of ${JSON.stringify(options)} is at ${paths.join(' or ')}`, () => {
    assert.deepEqual(logPaths(auditLogOptions.parse(options)), paths)
  })

const REFUSED = [
  { provider: 'minikube' },
  { filename: 'logs/audit.log' },
  { startAt: 'middle' },
  { maxInFlight: 0 },
  { pollInterval: '0s' },
  { batchSize: '1B' },
  { path: '/var/log/audit.log' },
]

for (const options of REFUSED)
  test(`refused: ${JSON.stringify(options)}`, () => {
    assert.equal(auditLogOptions.safeParse(options).success, false)
  })

test('the defaults: 4 batches of 1 MiB, lines up to 16 MiB, a look every 250 ms, from the beginning', () => {
  assert.deepEqual(auditLogOptions.parse({}), {
    startAt: 'beginning',
    checkpoint: true,
    maxInFlight: 4,
    batchSize: 2 ** 20,
    maxLineSize: 16 * 2 ** 20,
    pollInterval: 250,
  })
})

async function twoFolders(t: TestContext) {
  const roots = [await mkdtemp(join(tmpdir(), 'first-')), await mkdtemp(join(tmpdir(), 'second-'))] as const
  t.after(() => Promise.all(roots.map(root => rm(root, { recursive: true }))))
  const [first, second] = [
    new LogFolder(join(roots[0], 'audit.log')),
    new LogFolder(join(roots[1], 'audit.log')),
  ]
  const choose = (once = false) => chooseFolder([first, second], 10, { log: silentLog, once }, t.signal)
  return { first, second, choose }
}

test('of two places the one with a live file is taken', async t => {
  const { first, second, choose } = await twoFolders(t)
  await writeFile(join(first.path, 'audit.log.1'), '')
  await writeFile(second.live.path, '')
  assert.equal(await choose(), second)
})

test('of two places the one with rotated files is taken when neither has a live file', async t => {
  const { second, choose } = await twoFolders(t)
  await writeFile(join(second.path, 'audit.log.1'), '')
  assert.equal(await choose(), second)
})

test('of two empty places the one where the file appears is taken', async t => {
  const { second, choose } = await twoFolders(t)
  const chosen = choose()
  await writeFile(second.live.path, '')
  assert.equal(await chosen, second)
})

test('once: two empty places are an error that names both', async t => {
  const { first, second, choose } = await twoFolders(t)
  await assert.rejects(choose(true), {
    message: `nothing to read: there is no ${first.live.path} or ${second.live.path}`,
  })
})
