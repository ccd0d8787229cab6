import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import { COMPONENTS } from '../../src/components.ts'
import { loadConfig } from '../../src/config/load.ts'
import { auditPolicySchema } from '../../src/doctor/audit-policy.ts'
import { runCli } from '../cli.ts'
import { configurationOf, render } from '../deploy/manifest.ts'
import { manifestTools, manifestToolsUnavailable } from '../deploy/tools/tools.ts'
import { examined, Machine, recentEvent } from '../doctor/machine.ts'
import { tempDir } from '../temp-dir.ts'

const exec = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const PROVIDERS = ['k3s', 'rke2', 'rke', 'kubeadm']
const EXPORTERS = ['otlp', 'opensearch', 'postgres']

/** Runs `auditship init` in a new folder. */
async function init(t: TestContext, ...args: string[]) {
  const dir = await tempDir(t)
  const result = await runCli(t, ['init', ...args], { cwd: dir })
  return { dir, ...result, read: (name: string) => readFile(join(dir, name), 'utf8') }
}

suite('auditship init', () => {
  for (const [index, provider] of PROVIDERS.entries()) {
    const exporter = EXPORTERS[index % EXPORTERS.length] ?? ''
    test(`writes for ${provider} and ${exporter} a configuration that is valid, and a valid policy`, async t => {
      const { dir, code, stderr, read } = await init(t, '--provider', provider, '--exporter', exporter)
      assert.equal(code, 0, stderr)
      const names = ['audit-policy.yaml', 'auditship.yaml', `${provider}-audit.yaml`, 'values.yaml']
      assert.deepEqual((await readdir(dir)).sort(), names.sort())
      const valid = await runCli(t, ['validate', '--config', join(dir, 'auditship.yaml')])
      assert.match(valid.stdout + valid.stderr, /^valid: 1 pipeline/)
      auditPolicySchema.parse(parse(await read('audit-policy.yaml')))
      const { receivers, exporters } = parse(await read('auditship.yaml'))
      assert.deepEqual([receivers, Object.keys(exporters)], [{ auditLog: { provider } }, [exporter]])
    })
  }

  for (const exporter of EXPORTERS)
    test(`what is commented out for ${exporter} is valid too`, async t => {
      const { read } = await init(t, '--provider', 'k3s', '--exporter', exporter)
      const text = (await read('auditship.yaml')).replace(/^.*\n/, '') // its first line is a sentence
      const all = text.replaceAll(/^( *)# (?=( *)[\w]+:)/gm, '$1')
      assert.ok(all.split('\n').filter(line => !text.includes(`\n${line}`)).length >= 5, all)
      const source = { file: 'auditship.yaml', env: {}, types: COMPONENTS, attributes: ATTRIBUTES }
      const { config } = await loadConfig({ ...source, text: all })
      assert.deepEqual(
        config.pipelines[0]?.processors.map(({ id }) => id),
        ['redact', 'filter'],
      )
    })

  for (const provider of ['k3s', 'rke2'])
    test(`${provider} with what it says to do next is a machine that doctor finds nothing wrong with`, async t => {
      const { dir, stdout } = await init(t, '--provider', provider, '--exporter', 'otlp')
      const machine = new Machine(await tempDir(t))
      const commands =
        /^1\..*?\n\n(.*?)\n\n2\./ms
          .exec(stdout)?.[1]
          ?.split('\n')
          .map(line => line.trim()) ?? []
      assert.match(commands.at(-1) ?? '', /^systemctl restart/)
      await mkdir(machine.at(`/var/lib/rancher/${provider}/server`), { recursive: true })
      await mkdir(machine.at(`/etc/rancher/${provider}`), { recursive: true })
      for (const command of commands.slice(0, -1)) {
        const here = command.replaceAll(/(?<= )\/(?=var|etc)/g, `${machine.root}/`)
        await exec('bash', ['-ec', here], { cwd: dir })
      }
      await machine.write(`/var/lib/rancher/${provider}/server/logs/audit.log`, recentEvent())
      const findings = await examined(machine)
      assert.deepEqual(
        findings.filter(({ severity }) => severity !== 'ok'),
        [],
      )
      assert.ok(findings.length >= 5)
    })

  test('kubeadm is given the configuration that the cluster has, not only what is new', async t => {
    const { stdout } = await init(t, '--provider', 'kubeadm', '--exporter', 'otlp', '--dir', 'new')
    const steps = [
      "kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' > cluster.yaml",
      '# by hand: merge apiServer of new/kubeadm-audit.yaml into apiServer of cluster.yaml',
      'kubeadm init phase control-plane apiserver --config cluster.yaml',
    ]
    assert.ok(stdout.includes(steps.map(step => `     ${step}\n`).join('')), stdout)
    assert.doesNotMatch(stdout, /--config \S*kubeadm-audit/)
  })

  test('Helm installs into a namespace that allows folders of the host', async t => {
    const { stdout } = await init(t, '--provider', 'k3s', '--exporter', 'otlp')
    assert.match(
      stdout,
      /kubectl create namespace auditship\n +kubectl label namespace auditship pod-security\.kubernetes\.io\/enforce=privileged\n +helm install auditship \S+ --namespace auditship --values values\.yaml\n/,
    )
  })

  test("kubeadm's settings mount policy and log, and RKE's hold the policy", async t => {
    const kubeadm = await init(t, '--provider', 'kubeadm', '--exporter', 'otlp')
    const { extraArgs, extraVolumes } = parse(await kubeadm.read('kubeadm-audit.yaml')).apiServer
    const flags = Object.fromEntries(
      extraArgs.map(({ name, value }: { name: string; value: string }) => [name, value]),
    )
    assert.deepEqual(
      extraVolumes.map(({ hostPath }: { hostPath: string }) => hostPath),
      [flags['audit-policy-file'], dirname(flags['audit-log-path'])],
    )
    const rke = await init(t, '--provider', 'rke', '--exporter', 'otlp', '--policy', 'minimal')
    const { configuration } = parse(await rke.read('rke-audit.yaml')).services['kube-api'].audit_log
    assert.deepEqual(configuration.policy, parse(await rke.read('audit-policy.yaml')))
    assert.equal(configuration.path, '/var/log/kube-audit/audit-log.json')
  })

  test('overwrites nothing without --force, and then writes nothing at all', async t => {
    const dir = await tempDir(t)
    await writeFile(join(dir, 'values.yaml'), 'mine')
    const args = ['init', '--provider', 'k3s', '--exporter', 'otlp', '--dir', dir]
    const refused = await runCli(t, args)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /values.yaml: there already, nothing was written; --force overwrites/)
    assert.deepEqual(await readdir(dir), ['values.yaml'])
    assert.equal(await readFile(join(dir, 'values.yaml'), 'utf8'), 'mine')
    assert.equal((await runCli(t, [...args, '--force'])).code, 0)
    assert.match(await readFile(join(dir, 'values.yaml'), 'utf8'), /^# Values/)
  })

  test('the values make manifests whose configuration is valid', {
    skip: manifestToolsUnavailable() ?? false,
    timeout: 900_000,
  }, async t => {
    const { helm } = await manifestTools()
    for (const exporter of EXPORTERS) {
      const { dir } = await init(t, '--provider', 'rke2', '--exporter', exporter)
      const chart = join(ROOT, 'deploy/helm/auditship')
      const manifests = await render(helm, [
        'template',
        'auditship',
        chart,
        '--values',
        join(dir, 'values.yaml'),
      ])
      const { config, warnings } = await configurationOf(manifests)
      assert.deepEqual(warnings, [])
      assert.deepEqual(
        config.pipelines[0]?.exporters.map(({ id }) => id),
        [exporter],
      )
    }
  })
})

test('the help of init lists all policies that there are', async t => {
  const policies = (await readdir(join(ROOT, 'examples/policies'))).map(file => file.replace(/\.yaml$/, ''))
  const { stdout } = await runCli(t, ['init', '--help'])
  const listed = /--policy.*?choices: (.*?), default/s.exec(stdout)?.[1] ?? ''
  assert.deepEqual([...listed.matchAll(/"(\S+)"/g)].map(([, name]) => name).sort(), policies.sort())
})

suite('what init is given', () => {
  const rows: [title: string, args: string[], says: RegExp][] = [
    ['no provider', ['--exporter', 'otlp'], /--provider: expected k3s, rke2, rke, kubeadm, found nothing/],
    ['another provider', ['--provider', 'eks', '--exporter', 'otlp'], /--provider: .*found eks/],
    ['no exporter', ['--provider', 'k3s'], /--exporter: expected otlp, opensearch, postgres, found nothing/],
    [
      'a policy that there is none of',
      ['--provider', 'k3s', '--exporter', 'otlp', '--policy', 'all'],
      /--policy: expected .*baseline.*, found all/,
    ],
    ['two providers', ['--provider', 'k3s', '--from-opni', 'x.yaml'], /--provider stands in the resource/],
  ]
  for (const [title, args, says] of rows)
    test(`${title} is a wrong command line, and nothing is written`, async t => {
      const { code, stderr, dir } = await init(t, ...args)
      assert.equal(code, 2)
      assert.match(stderr, says)
      assert.deepEqual(await readdir(dir), [])
    })
})

const COLLECTOR = `apiVersion: logging.opni.io/v1beta1
kind: CollectorConfig
metadata: { name: opni-logging }
spec:
  provider: k3s
  kubeAuditLogs:
    enabled: true
    pathPrefix: /var/lib/rancher/k3s/server/logs
    auditFilename: audit.log
`
const ADAPTER = `apiVersion: logging.opni.io/v1beta1
kind: LogAdapter
spec:
  provider: rke2
  opniCluster: { name: opni }
  kubeAuditLogs: {}
`

suite('a resource of Opni', () => {
  const rows: [title: string, text: string, auditLog: object, notes: RegExp][] = [
    [
      'a CollectorConfig',
      COLLECTOR,
      { provider: 'k3s', pathPrefix: '/var/lib/rancher/k3s/server/logs', filename: 'audit.log' },
      /It reads what Opni read/,
    ],
    [
      "a LogAdapter without a path, which is Opni's own",
      `kind: Namespace\n---\n${ADAPTER}`,
      { provider: 'rke2', pathPrefix: '/var/log/kube-audit', filename: 'audit.log' },
      /Opni was told no pathPrefix/,
    ],
    [
      'one that is not enabled',
      COLLECTOR.replace('enabled: true', 'enabled: false'),
      { provider: 'k3s', pathPrefix: '/var/lib/rancher/k3s/server/logs', filename: 'audit.log' },
      /was not enabled/,
    ],
    [
      'kubeAuditLogs without a value',
      ADAPTER.replace('{}', ''),
      { provider: 'rke2', pathPrefix: '/var/log/kube-audit', filename: 'audit.log' },
      /Opni was told no pathPrefix/,
    ],
    [
      'a pathPrefix without a value',
      COLLECTOR.replace(/pathPrefix: .*/, 'pathPrefix:'),
      { provider: 'k3s', pathPrefix: '/var/log/kube-audit', filename: 'audit.log' },
      /Opni was told no pathPrefix/,
    ],
    [
      'a generic provider',
      COLLECTOR.replace('k3s', 'generic'),
      { pathPrefix: '/var/lib/rancher/k3s/server/logs', filename: 'audit.log' },
      /It reads/,
    ],
  ]
  for (const [title, text, auditLog, notes] of rows)
    test(`${title} becomes a configuration that reads the same file`, async t => {
      const source = join(await tempDir(t), 'opni.yaml')
      await writeFile(source, text)
      const { dir, code, stderr, read } = await init(t, '--from-opni', source)
      assert.equal(code, 0, stderr)
      const written = await read('auditship.yaml')
      assert.match(written, notes)
      const { receivers, exporters } = parse(written)
      assert.deepEqual([receivers.auditLog, Object.keys(exporters)], [auditLog, ['opensearch']])
      assert.equal((await runCli(t, ['validate', '--config', join(dir, 'auditship.yaml')])).code, 0)
      assert.equal(
        parse(await read('values.yaml')).logFolder,
        (auditLog as { pathPrefix: string }).pathPrefix,
      )
    })

  const bad: [title: string, text: string, says: RegExp][] = [
    ['no such resource', 'kind: Secret\n', /expected a resource of Opni with kubeAuditLogs/],
    ['two of them', `${COLLECTOR}---\n${ADAPTER}`, /found 2: make a file of each/],
    ['a managed cluster', COLLECTOR.replace('k3s', 'eks'), /found eks: the API server of a managed cluster/],
    ['no YAML', 'a: [', /expected YAML/],
    [
      'a path that is none',
      COLLECTOR.replace(/pathPrefix: .*/, 'pathPrefix: 7'),
      /^auditship: kubeAuditLogs\.pathPrefix: expected a string, found 7 \(number\)/,
    ],
    [
      'a relative path',
      COLLECTOR.replace(/pathPrefix: .*/, 'pathPrefix: logs'),
      /^auditship: kubeAuditLogs\.pathPrefix: expected an absolute path, found "logs"$/m,
    ],
    [
      'a file in another folder',
      COLLECTOR.replace(/auditFilename: .*/, 'auditFilename: ../a.log'),
      /^auditship: kubeAuditLogs\.auditFilename: expected a file name without a slash.*found "\.\.\/a\.log"$/m,
    ],
    [
      'text for enabled, and more',
      COLLECTOR.replace('true', '"yes"').replace(/pathPrefix: .*/, 'pathPrefix: []'),
      /^auditship: kubeAuditLogs\.enabled: expected true or false, found "yes"; kubeAuditLogs\.pathPrefix: expected a string, found a list$/m,
    ],
    [
      'text for kubeAuditLogs',
      ADAPTER.replace('{}', 'on please'),
      /^auditship: kubeAuditLogs: expected a mapping, found "on please"$/m,
    ],
    [
      'what makes a configuration that cannot be used',
      COLLECTOR.replace(/auditFilename: .*/, 'auditFilename: "audit[.log"'),
      /^auditship: nothing was written, it could not be used: auditship\.yaml:\d+:\d+: receivers\.auditLog\.filename: /m,
    ],
  ]
  for (const [title, text, says] of bad)
    test(`${title} is refused`, async t => {
      const source = join(await tempDir(t), 'opni.yaml')
      await writeFile(source, text)
      const { code, stderr, dir } = await init(t, '--from-opni', source)
      assert.equal(code, 1)
      assert.match(stderr, says)
      assert.deepEqual(await readdir(dir), [])
    })
})
