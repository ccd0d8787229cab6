import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import * as z from 'zod'
import { logPaths, type Provider } from '../../src/receivers/audit-log/provider-presets.ts'
import { prometheusUnavailable } from '../servers/prometheus.ts'
import { tempDir } from '../temp-dir.ts'
import { schemaVersions } from './kubernetes-schema.ts'
import { configurationOf, podSpec, render } from './manifest.ts'
import { manifestTools, manifestToolsUnavailable } from './tools/tools.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = join(ROOT, 'docs/kubernetes.md')
const TEXT = readFileSync(PAGE, 'utf8')

/** The YAML of the page, by the file that its first line names. */
const YAML = new Map(
  [...TEXT.matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms)].map(([, file = '', yaml = '']) => [file, yaml]),
)
const yamlOf = (file: string) => YAML.get(file) ?? ''

/** Flags of kube-apiserver that the page may name, each with the form of its value. */
const FLAGS: Readonly<Record<string, RegExp>> = {
  'audit-policy-file': /^\/.*\.yaml$/,
  'audit-log-path': /^\/.*\.log$/,
  'audit-log-maxsize': /^\d+$/,
  'audit-log-maxbackup': /^\d+$/,
  'audit-log-maxage': /^\d+$/,
}

test('each YAML on the page is in this test', () => {
  assert.equal(YAML.size, TEXT.match(/^```yaml$/gm)?.length)
  const tested = [
    '/etc/rancher/k3s/config.yaml',
    '/etc/rancher/rke2/config.yaml',
    'kubeadm.yaml',
    'values.yaml',
    'prometheus.yml',
    'not-root.yaml',
    'host-network.yaml',
  ]
  assert.deepEqual([...YAML.keys()], tested)
})

suite('the API server gets flags it knows, a policy that was copied, and a log where auditship looks', () => {
  const k3s = z.strictObject({ 'kube-apiserver-arg': z.array(z.string()) })
  test('k3s', () => {
    const { 'kube-apiserver-arg': args } = k3s.parse(parse(yamlOf('/etc/rancher/k3s/config.yaml')))
    assertFlags('k3s', args)
  })

  test('RKE2', () => {
    const rke2 = k3s.extend({ 'audit-policy-file': z.string() })
    const config = rke2.parse(parse(yamlOf('/etc/rancher/rke2/config.yaml')))
    assertFlags('rke2', [`audit-policy-file=${config['audit-policy-file']}`, ...config['kube-apiserver-arg']])
  })

  test('kubeadm, which also mounts both into the API server', () => {
    const volume = z.strictObject({
      name: z.string(),
      hostPath: z.string(),
      mountPath: z.string(),
      readOnly: z.boolean().optional(),
      pathType: z.enum(['File', 'DirectoryOrCreate']),
    })
    const cluster = z.strictObject({
      apiVersion: z.literal('kubeadm.k8s.io/v1beta4'),
      kind: z.literal('ClusterConfiguration'),
      apiServer: z.strictObject({
        extraArgs: z.array(z.strictObject({ name: z.string(), value: z.string() })),
        extraVolumes: z.array(volume),
      }),
    })
    const { apiServer } = cluster.parse(parse(yamlOf('kubeadm.yaml')))
    const flags = assertFlags(
      'kubeadm',
      apiServer.extraArgs.map(({ name, value }) => `${name}=${value}`),
    )
    const mounted = ({ mountPath, hostPath }: z.output<typeof volume>) => mountPath === hostPath && mountPath
    const paths = apiServer.extraVolumes.map(mounted)
    assert.deepEqual(paths, [flags['audit-policy-file'], dirname(flags['audit-log-path'] ?? '')])
  })
})

suite('what is installed', { skip: manifestToolsUnavailable() ?? false, timeout: 900_000 }, () => {
  test('the values are valid, and so is what the chart makes of them', async t => {
    const { helm, schemas } = await manifestTools()
    const values = join(await tempDir(t), 'values.yaml')
    await writeFile(values, yamlOf('values.yaml'))
    const args = ['template', 'auditship', join(ROOT, 'deploy/helm/auditship'), '--values', values]
    const manifests = await render(helm, args)
    for (const { version, schemas: kubernetes } of schemaVersions(schemas))
      assert.deepEqual(
        manifests.flatMap(manifest => kubernetes.problems(manifest)),
        [],
        version,
      )
    const { warnings } = await configurationOf(manifests)
    assert.deepEqual(warnings, [])
  })

  test('the command that names the image names it', async t => {
    const { kustomize } = await manifestTools()
    const [, image] = /kustomize edit set image (auditship=\S+)/.exec(TEXT) ?? []
    assert.ok(image)
    const dir = await tempDir(t)
    await cp(join(ROOT, 'deploy/kubernetes'), dir, { recursive: true })
    const overlay = join(dir, 'overlays/k3s')
    await promisify(execFile)(kustomize, ['edit', 'set', 'image', image], { cwd: overlay })
    const manifests = await render(kustomize, ['build', overlay])
    assert.equal(`auditship=${podSpec(manifests).containers[0]?.image}`, image)
  })

  test('the patch for another user than root fits an overlay', async t => {
    const manifests = await patched(t, 'not-root.yaml')
    assert.deepEqual(podSpec(manifests).securityContext, {
      runAsUser: 65532,
      runAsGroup: 65532,
      runAsNonRoot: true,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    })
  })

  test('the patch for the network of the host fits an overlay, and probes ask where it answers', async t => {
    const manifests = await patched(t, 'host-network.yaml')
    const [container] = podSpec(manifests).containers
    const { config } = await configurationOf(manifests)
    assert.equal(config.service.http.listen, '127.0.0.1:9464')
    assert.deepEqual(container?.readinessProbe.httpGet, { host: '127.0.0.1', path: '/readyz', port: 'http' })
    assert.equal(container?.livenessProbe.httpGet.host, '127.0.0.1')
    assert.equal(container?.startupProbe.httpGet.host, '127.0.0.1')
  })
})

test('Prometheus scrapes the port of metrics of our pods and no other, by the name of the node', {
  skip: prometheusUnavailable() ?? false,
}, async t => {
  const dir = await tempDir(t)
  const { rule_files, scrape_configs } = prometheusConfig.parse(parse(yamlOf('prometheus.yml')))
  const [{ kubernetes_sd_configs: _, ...scrape }] = scrape_configs
  const pod = (address: string, app: string, port: string) => ({
    targets: [address],
    labels: {
      __meta_kubernetes_pod_label_app_kubernetes_io_name: app,
      __meta_kubernetes_pod_container_port_name: port,
      __meta_kubernetes_pod_node_name: 'cp-1',
    },
  })
  // Debian's Prometheus asks no Kubernetes: the pods are listed instead.
  const static_configs = [
    pod('10.0.0.1:9464', 'auditship', 'http'),
    pod('10.0.0.1:80', 'auditship', 'other'),
    pod('10.0.0.2:9464', 'other', 'http'),
  ]
  const file = join(dir, 'prometheus.yml')
  await writeFile(file, JSON.stringify({ rule_files, scrape_configs: [{ ...scrape, static_configs }] }))
  await cp(join(ROOT, 'deploy/prometheus/auditship.rules.yaml'), join(dir, 'auditship.rules.yaml'))
  await promisify(execFile)('promtool', ['check', 'config', '--lint=all', file])
  const discover = ['check', 'service-discovery', '--timeout=1s', file, 'auditship']
  const { stdout } = await promisify(execFile)('promtool', discover)
  const targets = JSON.parse(stdout) as { labels: Record<string, string> }[]
  const kept = targets.map(({ labels }) => labels).filter(labels => 'instance' in labels)
  assert.deepEqual(
    kept.map(({ __address__, instance }) => [__address__, instance]),
    [['10.0.0.1:9464', 'cp-1']],
  )
})

const prometheusConfig = z.strictObject({
  rule_files: z.array(z.string()),
  scrape_configs: z.tuple([
    z.looseObject({
      kubernetes_sd_configs: z.tuple([
        z.strictObject({
          role: z.literal('pod'),
          namespaces: z.strictObject({ names: z.array(z.string()) }),
        }),
      ]),
    }),
  ]),
})

test('files and folders of the repository that the pages name are there', () => {
  for (const page of ['docs/kubernetes.md', 'docs/metrics.md', 'docs/systemd.md']) {
    const text = readFileSync(join(ROOT, page), 'utf8')
    for (const [path] of text.matchAll(/(?<![\w/])(deploy|examples|config)\/[\w/.-]*\w/g))
      assert.ok(existsSync(join(ROOT, path)), `${page}: ${path}`)
    for (const [, link = ''] of text.matchAll(/\]\(([^)#]+)/g))
      assert.ok(existsSync(join(ROOT, dirname(page), link)), `${page}: ${link}`)
  }
})

/** What the overlay for k3s makes with a patch of the page, which every Kubernetes takes. */
async function patched(t: TestContext, patch: string) {
  const { kustomize, schemas } = await manifestTools()
  const dir = await tempDir(t)
  await cp(join(ROOT, 'deploy/kubernetes'), dir, { recursive: true })
  const overlay = join(dir, 'overlays/k3s')
  await writeFile(join(overlay, patch), yamlOf(patch))
  const file = join(overlay, 'kustomization.yaml')
  const text = readFileSync(file, 'utf8')
  await writeFile(file, text.replace('patches:\n', `patches:\n  - path: ${patch}\n`))
  const manifests = await render(kustomize, ['build', overlay])
  for (const { version, schemas: kubernetes } of schemaVersions(schemas))
    assert.deepEqual(
      manifests.flatMap(manifest => kubernetes.problems(manifest)),
      [],
      version,
    )
  return manifests
}

/** @returns values by flag */
function assertFlags(provider: Provider, args: readonly string[]): Record<string, string> {
  const flags = Object.fromEntries(args.map(arg => arg.split('=', 2))) as Record<string, string>
  assert.deepEqual(Object.keys(flags), Object.keys(FLAGS))
  for (const [flag, form] of Object.entries(FLAGS)) assert.match(flags[flag] ?? '', form, flag)
  assert.ok(TEXT.includes(`    cp examples/policies/baseline.yaml ${flags['audit-policy-file']}\n`))
  assert.equal(flags['audit-log-path'], logPaths({ provider })[0])
  return flags
}
