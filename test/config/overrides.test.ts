// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseConfigText } from '../../src/config/document.ts'
import { applyOverrides } from '../../src/config/overrides.ts'
import { firstOptions, load } from './fake-types.ts'

const TEXT =
  'exporters: { otlp: { endpoint: http://a, timeout: 5s }, debug: }\nattributes: { include: [a, b] }\nanchored: &x { y: 1 }\n'

suite('an override', () => {
  const rows: { title: string; overrides: string[]; at: string[]; value: unknown }[] = [
    {
      title: 'replaces a value',
      overrides: ['exporters.otlp.endpoint=http://b?c=d'],
      at: ['exporters', 'otlp', 'endpoint'],
      value: 'http://b?c=d',
    },
    {
      title: 'keeps its neighbours',
      overrides: ['exporters.otlp.endpoint=x'],
      at: ['exporters', 'otlp', 'timeout'],
      value: '5s',
    },
    {
      title: 'adds what is missing on the way',
      overrides: ['service.log.level=debug'],
      at: ['service'],
      value: { log: { level: 'debug' } },
    },
    {
      title: 'fills what is written without a value',
      overrides: ['exporters.debug.x=1'],
      at: ['exporters', 'debug'],
      value: { x: 1 },
    },
    {
      title: 'names a component id with a slash as it is',
      overrides: ['exporters.file/x.path=/a'],
      at: ['exporters', 'file/x'],
      value: { path: '/a' },
    },
    {
      title: 'quotes a key with dots',
      overrides: ['resource."k8s.node.name"=n'],
      at: ['resource'],
      value: { 'k8s.node.name': 'n' },
    },
    {
      title: 'replaces and appends entries of a list by index',
      overrides: ['attributes.include.0=z', 'attributes.include.2=c'],
      at: ['attributes', 'include'],
      value: ['z', 'b', 'c'],
    },
    {
      title: 'begins a list at index 0',
      overrides: ['attributes.exclude.0=z', 'attributes.exclude.1=y'],
      at: ['attributes', 'exclude'],
      value: ['z', 'y'],
    },
    { title: 'has a number', overrides: ['a=5'], at: ['a'], value: 5 },
    { title: 'has a boolean', overrides: ['a=true'], at: ['a'], value: true },
    { title: 'has a quoted string', overrides: ['a="5"'], at: ['a'], value: '5' },
    { title: 'has a flow list', overrides: ['a=[1, b]'], at: ['a'], value: [1, 'b'] },
    { title: 'has a flow mapping', overrides: ['a={ b: 1 }'], at: ['a'], value: { b: 1 } },
    { title: 'without a value is nothing', overrides: ['a='], at: ['a'], value: null },
    { title: 'has text with a colon as text', overrides: ['a=b: c'], at: ['a'], value: 'b: c' },
    { title: 'has text with a # as text', overrides: ['a=b #c'], at: ['a'], value: 'b #c' },
    { title: 'has text that YAML reserves as text', overrides: ['a=@b', 'c=*d'], at: ['a'], value: '@b' },
    { title: 'that comes later wins', overrides: ['a=1', 'a=2'], at: ['a'], value: 2 },
  ]
  for (const { title, overrides, at, value } of rows) {
    test(title, () => {
      const document = parseConfigText(TEXT, 'audit.yaml')
      assert.deepEqual(applyOverrides(document, overrides), [])
      const plain: unknown = document.yaml.toJS()
      assert.deepEqual(
        at.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], plain),
        value,
      )
    })
  }

  test('is substituted like the file', async () => {
    const loaded = await load('receivers: { auditLog: }\n', {
      overrides: ['exporters.otlp.endpoint=${env:URL}', 'receivers.auditLog.maxInFlight=${env:N}'],
      env: { URL: 'http://x', N: '2' },
    })
    assert.equal(firstOptions(loaded, 'exporters').endpoint, 'http://x')
    assert.equal(firstOptions(loaded, 'receivers').maxInFlight, 2)
  })

  test('may be all there is: an empty file with overrides is a configuration', async () => {
    const { config } = await load('', { overrides: ['receivers.auditLog={}', 'exporters.debug={}'] })
    assert.equal(config.pipelines.length, 1)
  })
})
