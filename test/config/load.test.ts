import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { load } from './fake-types.ts'

const GOOD = 'receivers: { auditLog: }\nexporters: { debug: {} }\n'

suite('a configuration that is loaded', () => {
  test('is one pipeline `default` of everything in the order written when it names no pipelines', async () => {
    const text =
      'exporters: { store: { folder: a }, debug: }\nprocessors: { filter: { verbs: [get] } }\nreceivers: { auditLog/b: , auditLog: }\n'
    const { config } = await load(text)
    const [pipeline, ...others] = config.pipelines
    assert.deepEqual(others, [])
    assert.equal(pipeline?.name, 'default')
    assert.deepEqual(
      pipeline.receivers.map(({ id }) => id),
      ['auditLog/b', 'auditLog'],
    )
    assert.deepEqual(
      pipeline.processors.map(({ id }) => id),
      ['filter'],
    )
    assert.deepEqual(
      pipeline.exporters.map(({ id }) => id),
      ['store', 'debug'],
    )
  })

  test('has its own pipelines, which share the components they both name', async () => {
    const pipelines =
      'service: { pipelines: { a: { receivers: [auditLog], exporters: [debug] }, b: { receivers: [auditLog], exporters: [debug] } } }\n'
    const { config, warnings } = await load(GOOD + pipelines)
    const [a, b] = config.pipelines
    assert.deepEqual([a?.name, b?.name], ['a', 'b'])
    assert.deepEqual(a?.processors, [])
    assert.equal(a?.exporters[0], b?.exporters[0])
    assert.deepEqual(warnings, [])
  })

  test('warns of a component that no pipeline uses', async () => {
    const pipelines = 'service: { pipelines: { a: { receivers: [auditLog], exporters: [debug] } } }\n'
    const { warnings } = await load(`${GOOD}processors:\n  filter: { verbs: [get] }\n${pipelines}`)
    assert.deepEqual(warnings, ['audit.yaml:4:3: processors.filter: is configured, but no pipeline uses it'])
  })

  test('has options as their schema parses them: defaults, milliseconds, bytes', async () => {
    const { config } = await load(
      'receivers: { auditLog: { maxLine: 1KiB } }\nexporters: { otlp: { endpoint: http://x, timeout: 5m } }\n',
    )
    const [pipeline] = config.pipelines
    assert.deepEqual(pipeline?.receivers[0]?.options, { maxInFlight: 4, maxLine: 1024 })
    assert.deepEqual(pipeline?.exporters[0]?.options, {
      endpoint: 'http://x',
      compression: 'gzip',
      timeout: 300_000,
      tls: { verify: true },
    })
    assert.equal(pipeline?.exporters[0]?.type.type, 'otlp')
  })

  test('has defaults for the service', async () => {
    const { config } = await load(`${GOOD}service:\ncluster:\n`)
    assert.deepEqual(config.service, {
      stateDir: '/var/lib/auditship',
      shutdownTimeout: 10_000,
      deadLetters: { maxSize: 2 ** 30 },
      log: { level: 'info' },
      http: {},
      metrics: {},
    })
  })

  test('has the attributes it selects and the resource of this process', async () => {
    const { config } = await load(
      `${GOOD}attributes: { include: [user.uid], exclude: [k8s.auditlog.verb] }\ncluster: { name: prod }\n`,
      { env: { NODE_NAME: 'cp-1' } },
    )
    assert.deepEqual(
      config.attributes.map(({ name }) => name),
      ['k8s.auditlog.user.username', 'k8s.auditlog.user.uid'],
    )
    assert.equal(config.resource['k8s.cluster.name'], 'prod')
    assert.equal(config.resource['k8s.node.name'], 'cp-1')
  })

  test('may use anchors and aliases, and may be JSON', async () => {
    const { config } = await load(
      '{ "receivers": { "auditLog": &a { "maxInFlight": 2 }, "auditLog/b": *a }, "exporters": { "debug": {} } }',
    )
    assert.deepEqual(config.pipelines[0]?.receivers[1]?.options, { maxInFlight: 2, maxLine: 2 ** 24 })
  })
})
