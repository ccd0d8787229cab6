import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { silentLog } from '../../../src/pipeline/log.ts'
import { choosePlace } from '../../../src/receivers/audit-log/choose-place.ts'
import { LogPlace } from '../../../src/receivers/audit-log/log-place.ts'
import { auditLogOptions } from '../../../src/receivers/audit-log/options.ts'
import { logPaths } from '../../../src/receivers/audit-log/provider-presets.ts'
import { tempDir } from '../../temp-dir.ts'

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
  { options: { pathPrefix: '/logs', filename: '*.{log,json}' }, paths: ['/logs/*.{log,json}'] },
]

for (const { options, paths } of PLACES)
  test(`the log of ${JSON.stringify(options)} is at ${paths.join(' or ')}`, () => {
    assert.deepEqual(logPaths(auditLogOptions.parse(options)), paths)
  })

const REFUSED = [
  { provider: 'minikube' },
  { filename: 'logs/audit.log' },
  { filename: 'logs/*.log' },
  { filename: '{a,b/c}.log' },
  { filename: 'audit[.log' },
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

test('an invalid pattern is refused with its fault and what to do about it', () => {
  const { error } = auditLogOptions.safeParse({ filename: 'audit[.log' })
  assert.match(
    error?.issues[0]?.message ?? '',
    /found .*audit\[\.log.*a \[ at character 6 without its \].*Write \\ before/,
  )
})

test('the defaults: 2 batches of 1.5 MiB, lines up to 16 MiB, a look every 500 ms, from the beginning', () => {
  assert.deepEqual(auditLogOptions.parse({}), {
    startAt: 'beginning',
    checkpoint: true,
    maxInFlight: 2,
    batchSize: 1.5 * 2 ** 20,
    maxLineSize: 16 * 2 ** 20,
    pollInterval: 500,
  })
})

async function twoPlaces(t: TestContext, filename = 'audit.log') {
  const [first, second] = [
    new LogPlace(join(await tempDir(t), filename)),
    new LogPlace(join(await tempDir(t), filename)),
  ]
  const choose = (once = false) =>
    choosePlace([first, second], 10, { log: silentLog, problems: new Set(), once }, t.signal)
  return { first, second, choose }
}

test('of two places the one with a live file is taken', async t => {
  const { first, second, choose } = await twoPlaces(t)
  await writeFile(join(first.folder, 'audit.log.1'), '')
  await writeFile(second.path, '')
  assert.equal(await choose(), second)
})

test('of two places the one with rotated files is taken when neither has a live file', async t => {
  const { second, choose } = await twoPlaces(t)
  await writeFile(join(second.folder, 'audit.log.1'), '')
  assert.equal(await choose(), second)
})

test('of two places the one with a file that a pattern fits is taken', async t => {
  const { first, second, choose } = await twoPlaces(t, 'audit-*.log')
  await writeFile(join(first.folder, 'other.log'), '')
  await writeFile(join(second.folder, 'audit-1.log'), '')
  assert.equal(await choose(), second)
})

test('of two empty places the one where the file appears is taken', async t => {
  const { second, choose } = await twoPlaces(t)
  const chosen = choose()
  await writeFile(second.path, '')
  assert.equal(await chosen, second)
})

test('once: two empty places are an error that names both', async t => {
  const { first, second, choose } = await twoPlaces(t)
  await assert.rejects(choose(true), {
    message: `nothing to read: there is no ${first.path} or ${second.path}`,
  })
})
