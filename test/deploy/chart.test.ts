import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { frameSchema } from '../../src/config/frame.ts'
import { printConfig } from '../../src/config/print.ts'
import { tempDir } from '../temp-dir.ts'
import { configurationOf, type Manifest, manifestsIn, theOne } from './manifest.ts'
import { CHART, chart, overlay, VERSION } from './rendered.ts'
import { type ManifestTools, manifestTools, manifestToolsUnavailable } from './tools/tools.ts'

const exec = promisify(execFile)

// The first run builds kustomize and helm, 310 s of CPU, then they are in the cache.
suite('the chart', { skip: manifestToolsUnavailable() ?? false, timeout: 900_000 }, () => {
  let tools: ManifestTools
  before(async () => {
    tools = await manifestTools()
  })

  test('makes the objects of the overlay', async () => {
    const fromChart = await chart()(tools)
    const fromOverlay = await overlay('overlays/k3s')(tools)
    for (const kind of ['DaemonSet', 'NetworkPolicy', 'ServiceAccount'])
      assert.deepEqual(comparable(theOne(fromChart, kind)), comparable(theOne(fromOverlay, kind)), kind)
    const [a, b] = [await configurationOf(fromChart), await configurationOf(fromOverlay)]
    assert.equal(printConfig(a.printable), printConfig(b.printable))
  })

  test('passes helm lint, and refuses values that are wrong', async t => {
    for (const values of ['values.yaml', 'ci/opensearch-values.yaml', 'ci/postgres-values.yaml'])
      await exec(tools.helm, ['lint', '--strict', CHART, '--values', join(CHART, values)])
    const dir = await tempDir(t)
    const wrong = {
      provider: 'provider: k4s',
      exporter: 'config: { exporter: {} }',
      logFolder: 'logFolder: var/log',
      ports: 'networkPolicy: { ports: [] }',
      port: 'http: { port: 80 }',
      imag: 'imag: { tag: "1" }',
    }
    for (const [name, text] of Object.entries(wrong)) {
      const file = join(dir, `${name}.yaml`)
      await writeFile(file, text)
      await assert.rejects(chart('--values', file)(tools), new RegExp(name))
    }
  })

  test('rolls out when the configuration or its credentials change, and only then', async () => {
    const checksum = async (...args: string[]) =>
      /checksum\/config":"(\w+)"/.exec(JSON.stringify(await chart(...args)(tools)))?.[1]
    const before = await checksum()
    assert.ok(before)
    assert.equal(await checksum('--set', 'image.repository=x'), before)
    assert.notEqual(await checksum('--set', 'config.cluster.name=other'), before)
    assert.notEqual(await checksum('--set', 'credentials.data.token=x'), before)
  })

  test('lets in who may scrape metrics, and nobody else', async () => {
    const ingress = async (...args: string[]) => {
      const { spec } = theOne(await chart(...args)(tools), 'NetworkPolicy')
      return (spec as unknown as { ingress: unknown }).ingress
    }
    assert.deepEqual(await ingress(), [])
    assert.deepEqual(await ingress('--values', `${CHART}/ci/opensearch-values.yaml`), [
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ protocol: 'TCP', port: 9090 }],
      },
    ])
  })

  test('says after its installation where it looks and where events go', async () => {
    const args = ['install', 'auditship', CHART, '--dry-run=client', '--set', 'provider=rke2']
    const env = { ...process.env, KUBECONFIG: '/dev/null' } // no cluster is asked
    const { stdout } = await exec(tools.helm, args, { env })
    assert.match(stdout, /follows \/var\/lib\/rancher\/rke2\/server\/logs on each control-plane node/)
    assert.match(stdout, /WARNING: config.exporters is empty/)
    assert.match(stdout, /lets out DNS and port 4318/)
  })
})

test('the values schema knows the sections of a configuration', () => {
  const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8'))
  const types = { receivers: [], processors: [], exporters: [] }
  const sections = frameSchema({ receivers: [], processors: [], exporters: [] }, types).keyof().options
  assert.deepEqual(Object.keys(schema.properties.config.properties).sort(), [...sections].sort())
})

test('the chart is of the version of the package', () => {
  const [about] = manifestsIn(readFileSync(`${CHART}/Chart.yaml`, 'utf8')) as unknown as Record<
    string,
    string
  >[]
  assert.deepEqual([about?.version, about?.appVersion], [VERSION, VERSION])
})

/** Without what Helm adds by custom, and without names that a tool made. */
function comparable(manifest: Manifest): unknown {
  const { kind, ...rest } = structuredClone(manifest) as Manifest & Record<string, unknown>
  const text = JSON.stringify({ kind, ...rest, metadata: { name: manifest.metadata.name } }, (key, value) =>
    key === 'annotations' || key === 'imagePullPolicy'
      ? undefined
      : key === 'labels' || key === 'matchLabels'
        ? ownLabel(value)
        : value,
  )
  return JSON.parse(text.replace(/"auditship-[a-z0-9]{10}"/, '"auditship"'))
}

const HELM_LABELS = /^(helm\.sh\/chart|app\.kubernetes\.io\/(instance|version|managed-by))$/
const ownLabel = (labels: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(labels).filter(([label]) => !HELM_LABELS.test(label)))
