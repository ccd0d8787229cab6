import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import type { Config } from '../../src/config/config.ts'
import { logPaths, type PlaceOptions, type Provider } from '../../src/receivers/audit-log/provider-presets.ts'
import { type KubernetesSchemas, schemaVersions } from './kubernetes-schema.ts'
import { configurationOf, type Manifest, podSpec } from './manifest.ts'
import { CHART, chart, overlay, type Rendering, VERSION } from './rendered.ts'
import { type ClusterNode, runsOn } from './scheduling.ts'
import { type ManifestTools, manifestTools, manifestToolsUnavailable } from './tools/tools.ts'

/** All that is rendered, by what a user would call it. */
const RENDERED: Readonly<Record<string, Rendering>> = {
  'plain manifests': overlay('base'),
  'overlay k3s': overlay('overlays/k3s'),
  'overlay rke2': overlay('overlays/rke2'),
  'overlay kubeadm': overlay('overlays/kubeadm'),
  'chart with its default values': chart(),
  'chart for OpenSearch': chart('--values', `${CHART}/ci/opensearch-values.yaml`),
  'chart for PostgreSQL': chart('--values', `${CHART}/ci/postgres-values.yaml`),
  'chart with all of its switches': chart(
    ...['--set', 'networkPolicy.enabled=false,imagePullSecrets[0].name=x,podAnnotations.a=b'],
    ...['--set', 'tolerations[0].key=mine,env[0].name=TOKEN,env[0].value=x,provider='],
  ),
}

// The first run builds kustomize and helm, 310 s of CPU, then they are in the cache.
suite('manifests', { skip: manifestToolsUnavailable() ?? false, timeout: 900_000 }, () => {
  let tools: ManifestTools
  let versions: readonly { version: string; schemas: KubernetesSchemas }[]
  before(async () => {
    tools = await manifestTools()
    versions = schemaVersions(tools.schemas)
  })

  for (const [title, manifests] of Object.entries(RENDERED))
    suite(title, () => {
      let rendered: Manifest[]
      before(async () => {
        rendered = await manifests(tools)
      })

      test('is what the oldest and the newest Kubernetes take', () => {
        assert.equal(versions.length, 2)
        for (const { version, schemas } of versions)
          assert.deepEqual(
            rendered.flatMap(manifest => schemas.problems(manifest)),
            [],
            version,
          )
      })

      test('has a configuration that is valid and can be stopped in time', async () => {
        const { config, warnings } = await configurationOf(rendered)
        assert.deepEqual(warnings, [])
        const grace = podSpec(rendered).terminationGracePeriodSeconds * 1000
        assert.ok(grace > config.service.shutdownTimeout, `${grace} > ${config.service.shutdownTimeout}`)
      })

      test('mounts the folder where the receiver looks, at its own path', async () => {
        const { config } = await configurationOf(rendered)
        const looks = logPaths(placeOptions(config))
        const { containers, volumes } = podSpec(rendered)
        const mount = containers[0]?.volumeMounts.find(({ name }) => name === 'audit-log')
        const folder = volumes.find(({ name }) => name === 'audit-log')?.hostPath?.path
        assert.ok(folder)
        assert.equal(mount?.mountPath, folder)
        for (const path of looks) assert.ok(path.startsWith(`${folder}/`), `${path} is not in ${folder}`)
        const state = containers[0]?.volumeMounts.find(({ name }) => name === 'state')
        assert.equal(state?.mountPath, config.service.stateDir)
      })

      test('is asked by probes where it answers', async () => {
        const { config } = await configurationOf(rendered)
        const [container] = podSpec(rendered).containers
        assert.ok(container)
        const [port] = container.ports
        // All addresses: the kubelet comes to the pod's.
        assert.equal(config.service.http.listen, `:${port?.containerPort}`)
        const { startupProbe, livenessProbe, readinessProbe } = container
        const asked = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)
        const paths = ['/livez', '/livez', '/readyz']
        assert.deepEqual(
          asked,
          paths.map(path => ({ path, port: port?.name })),
        )
      })

      test('has the tag of this version', () => {
        assert.match(podSpec(rendered).containers[0]?.image ?? '', new RegExp(`:${VERSION}$`))
      })
    })

  test('the pods run where an API server runs, and nowhere else', async () => {
    const pod = podSpec(await overlay('base')(tools))
    for (const [title, node] of Object.entries(SERVERS)) assert.ok(runsOn(pod, node), title)
    for (const [title, node] of Object.entries(OTHERS)) assert.ok(!runsOn(pod, node), title)
  })

  test('the overlays are for the distribution in their name', async () => {
    for (const name of ['k3s', 'rke2', 'kubeadm'] satisfies Provider[]) {
      const { config } = await configurationOf(await overlay(`overlays/${name}`)(tools))
      assert.equal(placeOptions(config).provider, name)
    }
  })
})

const ROLE = 'node-role.kubernetes.io'
/** Labels and taints as the distributions set them, RKE2's and k3s's also as their documentation advises. */
const SERVERS: Readonly<Record<string, ClusterNode>> = {
  kubeadm: { labels: [`${ROLE}/control-plane`], taints: [`${ROLE}/control-plane:NoSchedule`] },
  'kubeadm before 1.24': { labels: [`${ROLE}/master`], taints: [`${ROLE}/master:NoSchedule`] },
  k3s: { labels: [`${ROLE}/control-plane=true`, `${ROLE}/master=true`], taints: [] },
  'RKE2, for nothing else': {
    labels: [`${ROLE}/control-plane=true`, `${ROLE}/etcd=true`, `${ROLE}/master=true`],
    taints: ['CriticalAddonsOnly=true:NoExecute'],
  },
  'RKE2, from Rancher': {
    labels: [`${ROLE}/control-plane=true`, `${ROLE}/etcd=true`],
    taints: [`${ROLE}/control-plane:NoSchedule`, `${ROLE}/etcd:NoExecute`],
  },
  RKE: {
    labels: [`${ROLE}/controlplane=true`, `${ROLE}/etcd=true`],
    taints: [`${ROLE}/controlplane=true:NoSchedule`, `${ROLE}/etcd=true:NoExecute`],
  },
}
const OTHERS: Readonly<Record<string, ClusterNode>> = {
  worker: { labels: [`${ROLE}/worker=true`], taints: [] },
  'etcd alone': { labels: [`${ROLE}/etcd=true`], taints: [`${ROLE}/etcd:NoExecute`] },
  'a server with a taint of its owner': { labels: [`${ROLE}/control-plane`], taints: ['mine:NoSchedule'] },
}

/** Where the receiver looks, of the options that its schema made. */
const placeOptions = (config: Config) => config.pipelines[0]?.receivers[0]?.options as PlaceOptions
