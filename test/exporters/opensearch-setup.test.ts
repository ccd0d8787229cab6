import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { RetryableError } from '../../src/pipeline/errors.ts'
import { type OpenSearch, openSearchUnavailable, startOpenSearch } from '../servers/opensearch.ts'
import { contextFor } from './context.ts'
import {
  deliverOne,
  exporterTo,
  fieldsOf,
  installed,
  outcomes,
  sendRequest,
  setUp,
} from './opensearch-cluster.ts'

/** Mappings of operators that make no field of what is in an event. */
const STRICT = { mappings: { dynamic: false, properties: { '@timestamp': { type: 'date_nanos' } } } }
const OWN = { mappings: { properties: { event: { type: 'object', enabled: false } } } }

suite('the set-up of a cluster', { skip: openSearchUnavailable() ?? false }, () => {
  let node: OpenSearch
  before(async () => {
    node = await startOpenSearch('file')
  })

  test('installs everything, and the second time finds nothing to do', async () => {
    const options = { dataStream: 'once', changeEvents: 'once_changes' }
    assert.deepEqual(outcomes(await setUp(exporterTo(node, options))), {
      'component template auditship-once-mappings': 'created',
      'component template auditship-once-settings': 'created',
      'index template auditship-once': 'created',
      'ISM policy auditship-once': 'skipped',
      'data stream once': 'created',
      'index template auditship-once_changes': 'created',
      'index once_changes': 'created',
    })
    const before = await installed(node, 'once')
    const second = await setUp(exporterTo(node, options))
    assert.deepEqual(new Set(second.map(({ outcome }) => outcome)), new Set(['unchanged', 'skipped']))
    assert.deepEqual(await installed(node, 'once'), before)
  })

  test('is made by the first event, said once, and not again by the second', async () => {
    const one = exporterTo(node, { dataStream: 'lazy', changeEvents: 'lazy_changes' })
    assert.deepEqual(await deliverOne(one), [])
    const said = [...one.said]
    assert.equal(said.filter(line => line.startsWith('info created')).length, 6, said.join('\n'))
    assert.deepEqual(
      said.filter(line => line.startsWith('warn')),
      [
        'warn skipped ISM policy auditship-lazy: the cluster has no Index State Management, so audit events are neither rolled over nor deleted by age: see to it otherwise',
      ],
    )
    assert.deepEqual(await deliverOne(one), [])
    assert.deepEqual(one.said, said)
    assert.equal((await fieldsOf(node, '.ds-lazy-000001')).get('@timestamp'), 'date_nanos')
  })

  test('is made once by five agents that start at the same time', async () => {
    const options = { dataStream: 'five', changeEvents: 'five_changes' }
    const agents = Array.from({ length: 5 }, () => exporterTo(node, options))
    const left = await Promise.all(agents.map(agent => deliverOne(agent)))
    assert.deepEqual(left.flat(), [])
    const { body } = await node.request<{ data_streams: { indices: unknown[] }[] }>(
      'GET',
      '/_data_stream/five',
    )
    assert.equal(body.data_streams[0]?.indices.length, 1)
    const again = await setUp(exporterTo(node, options))
    assert.deepEqual(new Set(again.map(({ outcome }) => outcome)), new Set(['unchanged', 'skipped']))
  })

  test('is shared by clusters, and keeps the fields of each', async () => {
    const options = { dataStream: 'shared-{cluster}', changeEvents: 'shared_changes_{cluster}' }
    const agent = (name: string, resource: object) =>
      exporterTo(node, options, {
        resource: { ...contextFor('opensearch').resource, 'k8s.cluster.name': name, ...resource },
      })
    await setUp(agent('East', { rack: 'r1' }))
    const west = outcomes(await setUp(agent('west', { team: 'blue' })))
    assert.deepEqual(west['component template auditship-shared-~-mappings'], 'updated')
    assert.deepEqual(west['data stream shared-west'], 'created')
    const fields = await fieldsOf(node, '.ds-shared-west-000001')
    assert.deepEqual([fields.get('rack'), fields.get('team')], ['keyword', 'keyword'])
    const east = outcomes(await setUp(agent('East', { rack: 'r1' })))
    assert.equal(east['component template auditship-shared-~-mappings'], 'unchanged')
    assert.equal(east['data stream shared-east'], 'unchanged')
  })

  test('takes no pattern that begins with a wildcard: it would match what others have', async () => {
    const steps = await setUp(exporterTo(node, { dataStream: '{cluster}-own', changeEvents: false }))
    assert.equal(outcomes(steps)['index template auditship-prod-own'], 'created')
  })

  test('adds a new field at once to the index that is written to, and changes settings for the next', async () => {
    const options = { dataStream: 'grown', changeEvents: 'grown_changes' }
    await setUp(exporterTo(node, options))
    const resource = { ...contextFor('opensearch').resource, 'host.rack': 'r1' }
    const grown = exporterTo(node, { ...options, setup: { shards: 3 } }, { resource })
    const steps = outcomes(await setUp(grown))
    assert.equal(steps['component template auditship-grown-settings'], 'updated')
    assert.equal(steps['data stream grown'], 'updated')
    assert.equal((await fieldsOf(node, '.ds-grown-000001')).get('host.rack'), 'keyword')
    await node.request('POST', '/grown/_rollover')
    const { body } = await node.request('GET', '/.ds-grown-000002/_settings?flat_settings=true')
    assert.match(JSON.stringify(body), /"index.number_of_shards":"3"/)
  })

  test('leaves what others made as it is, and says so', async () => {
    const theirs: [path: string, body?: object][] = [
      ['/_component_template/auditship-foreign-mappings', { template: { mappings: { dynamic: false } } }],
      ['/_component_template/auditship-foreign-settings', { template: { settings: {} } }],
      [
        '/_index_template/auditship-foreign',
        { index_patterns: ['foreign'], data_stream: {}, _meta: { managed_by: 'the other team' } },
      ],
      ['/_data_stream/foreign'],
      ['/_index_template/auditship-foreign_changes', { index_patterns: ['no-such'] }],
      ['/foreign_changes', { mappings: { properties: { operation: { type: 'text' } } } }],
    ]
    for (const [path, body] of theirs) assert.equal((await node.request('PUT', path, body)).status, 200)
    const before = await installed(node, 'foreign')
    const options = { dataStream: 'foreign', changeEvents: 'foreign_changes' }
    const steps = await setUp(exporterTo(node, options))
    assert.deepEqual(new Set(steps.map(({ outcome }) => outcome)), new Set(['skipped']))
    assert.deepEqual(await installed(node, 'foreign'), before)
    const one = exporterTo(node, options)
    assert.deepEqual(await deliverOne(one), [])
    const warned = one.said.filter(line => /warn skipped .* not marked as auditship’s/.test(line))
    assert.equal(warned.length, 6, one.said.join('\n'))
  })

  for (const [what, prepare] of [
    ['index', () => node.request('PUT', '/taken-index', STRICT)],
    ['alias', () => node.request('PUT', '/behind-alias', { ...OWN, aliases: { 'taken-alias': {} } })],
  ] as const) {
    test(`goes on when the data stream is an ${what}, and says what that means`, async () => {
      assert.equal((await prepare()).status, 200)
      const one = exporterTo(node, { dataStream: `taken-${what}`, changeEvents: false })
      assert.deepEqual(await deliverOne(one), [])
      assert.match(one.said.join('\n'), /warn skipped data stream .* is an index or an alias/)
    })
  }

  test('leaves what a newer auditship installed', async () => {
    const options = { dataStream: 'newer', changeEvents: false }
    await setUp(exporterTo(node, options))
    const newer = { template: { settings: {} }, _meta: { managed_by: 'auditship', version: 99 } }
    await node.request('PUT', '/_component_template/auditship-newer-settings', newer)
    const steps = await setUp(exporterTo(node, options))
    const step = steps.find(({ what }) => what === 'component template auditship-newer-settings')
    assert.deepEqual(step?.outcome, 'unchanged')
    assert.match(step?.why ?? '', /newer auditship.*version 99/)
  })

  test('a dry run changes nothing and has every request that a set-up makes', async () => {
    const options = { dataStream: 'dry', changeEvents: 'dry_changes' }
    const before = await installed(node, 'dry')
    const steps = await setUp(exporterTo(node, options), true)
    assert.deepEqual(await installed(node, 'dry'), before)
    const requests = steps.flatMap(({ request }) => request ?? [])
    assert.equal(requests.length, 6)
    for (const request of requests) assert.equal((await sendRequest(node, request)).status, 200, request)
    const outcome = (await setUp(exporterTo(node, options))).map(step => step.outcome)
    assert.deepEqual(new Set(outcome), new Set(['unchanged', 'skipped']))
  })

  test('installs nothing with layout: opni and without change events', async () => {
    const one = exporterTo(node, { dataStream: 'nothing', changeEvents: false, layout: 'opni' })
    assert.deepEqual(await deliverOne(one), [])
    assert.equal((await node.request('GET', '/_index_template/auditship-nothing')).status, 404)
    assert.deepEqual((await node.request('GET', '/_data_stream/nothing')).body, { data_streams: [] })
    assert.deepEqual(one.said, [])
  })

  test('types change events with layout: opni, too', async () => {
    const names = { dataStream: 'opni', changeEvents: 'opni_changes' }
    const one = exporterTo(node, { ...names, layout: 'opni' })
    assert.deepEqual(await deliverOne(one, EXEC), [])
    const fields = await fieldsOf(node, 'opni_changes')
    const types = ['started_at', 'duration_ms', 'name'].map(name => fields.get(name))
    assert.deepEqual(types, ['date_nanos', 'double', 'keyword'])
    assert.deepEqual(one.said, [
      'info created index template auditship-opni_changes',
      'info created index opni_changes',
    ])
  })

  test('installs nothing with setup.enabled: false, and then takes no index of guessed types', async () => {
    const one = exporterTo(node, { dataStream: 'off', changeEvents: false, setup: { enabled: false } })
    assert.match((await deliverOne(one)).join(), /deferred: off is an index that guesses the types of fields/)
    assert.equal((await node.request('GET', '/_index_template/auditship-off')).status, 404)
    assert.deepEqual(one.said, [])
  })

  test('waits when the data stream and its template are deleted, until an operator removes the index', async () => {
    const one = exporterTo(node, { dataStream: 'gone', changeEvents: false })
    assert.deepEqual(await deliverOne(one), [])
    await node.request('DELETE', '/_data_stream/gone')
    await node.request('DELETE', '/_index_template/auditship-gone')
    const waits =
      /gone is an index that guesses the types of fields: expected a data stream; run `auditship setup/
    assert.match((await deliverOne(one)).join(), waits)
    for (const again of [one, exporterTo(node, { dataStream: 'gone', changeEvents: false })])
      await assert.rejects(
        deliverOne(again),
        (error: Error) => error instanceof RetryableError && error.needsOperator && waits.test(error.message),
      )
    await node.request('DELETE', '/gone')
    assert.deepEqual(await deliverOne(one), [])
    assert.equal((await fieldsOf(node, '.ds-gone-000001')).get('@timestamp'), 'date_nanos')
  })

  test('says when a template of others has a higher priority', async () => {
    const theirs = { index_patterns: ['over*'], data_stream: {}, priority: 9_999 }
    await node.request('PUT', '/_index_template/theirs', theirs)
    const one = exporterTo(node, { dataStream: 'overruled', changeEvents: false })
    assert.deepEqual(await deliverOne(one), [])
    assert.match(
      one.said.join('\n'),
      /warn created data stream overruled: by the index template theirs, whose priority is higher/,
    )
  })

  test('prefers the template of the longer pattern', async () => {
    for (const dataStream of ['near-{cluster}', 'near-prod'])
      await setUp(exporterTo(node, { dataStream, changeEvents: false, setup: { shards: dataStream.length } }))
    await node.request('DELETE', '/_data_stream/near-prod')
    await node.request('PUT', '/_data_stream/near-prod')
    const { body } = await node.request('GET', '/.ds-near-prod-*/_settings?flat_settings=true')
    assert.match(JSON.stringify(body), /"index.number_of_shards":"9"/)
  })

  test('goes on when a field of its own has another type, which cannot be changed, and says so', async () => {
    const _meta = { managed_by: 'auditship', version: 1 }
    const mappings = { _meta, properties: { operation: { type: 'text' } } }
    await node.request('PUT', '/typed_changes', { mappings })
    const one = exporterTo(node, { dataStream: 'typed', changeEvents: 'typed_changes' })
    assert.deepEqual(await deliverOne(one), [])
    assert.match(one.said.join('\n'), /warn skipped index typed_changes: .*operation.*text/)
  })

  for (const enabled of [true, false])
    test(`an agent waits whose resource attribute clashes with another agent's, setup.enabled: ${enabled}`, async () => {
      const names = { dataStream: `racks-${enabled}`, changeEvents: false }
      const { resource } = contextFor('opensearch')
      await setUp(exporterTo(node, names, { resource: { ...resource, rack: 'r1' } }))
      const clashing = { resource: { ...resource, 'rack.no': '1' } }
      const one = exporterTo(node, { ...names, setup: { enabled } }, clashing)
      const said = await deliverOne(one).catch((error: unknown) => [String(error)])
      assert.match(
        said.join(),
        enabled
          ? /^RetryableError: .* with 400: .*unknown parameter \[properties\] on mapper \[rack\]/
          : /^deferred: .*Could not dynamically add mapping for field/,
      )
    })

  test('comes back when the index of change events was deleted', async () => {
    const options = { dataStream: 'back', changeEvents: 'back_changes' }
    await setUp(exporterTo(node, options))
    await node.request('DELETE', '/back_changes')
    await node.request('POST', '/back_changes/_doc', { operation: 'EXEC', later: 1 })
    const fields = await fieldsOf(node, 'back_changes')
    assert.deepEqual([fields.get('operation'), fields.get('later')], ['keyword', undefined])
  })

  suite('keeps what an operator has changed', () => {
    const options = { dataStream: 'kept', changeEvents: 'kept_changes' }
    const paths = {
      settings: '/_component_template/auditship-kept-settings',
      mappings: '/_component_template/auditship-kept-mappings',
      template: '/_index_template/auditship-kept',
    }
    const replicas = { 'index.number_of_replicas': '0' }
    before(async () => {
      await setUp(exporterTo(node, options))
      await edit(node, paths.settings, 'component_templates', 'component_template', found => {
        found.template = { settings: replicas }
      })
      await node.request('PUT', '/_component_template/theirs-kept', { template: { settings: {} } })
      await edit(node, paths.template, 'index_templates', 'index_template', found => {
        found.composed_of = [...(found.composed_of as string[]), 'theirs-kept']
      })
    })

    test('at each start, and says so when it is asked to set up', async () => {
      const before = await installed(node, 'kept')
      const steps = await setUp(exporterTo(node, options))
      assert.deepEqual(await installed(node, 'kept'), before)
      const kept = steps.filter(({ why }) => why?.startsWith('someone has changed it'))
      assert.deepEqual(
        kept.map(({ what, outcome }) => `${outcome} ${what}`),
        ['unchanged component template auditship-kept-settings', 'unchanged index template auditship-kept'],
      )
      const one = exporterTo(node, options)
      assert.deepEqual(await deliverOne(one), [])
      assert.equal(one.said.filter(line => line.includes('updated')).length, 0, one.said.join('\n'))
    })

    test('though an agent adds the fields of its resource attributes', async () => {
      await edit(node, paths.mappings, 'component_templates', 'component_template', found => {
        const { mappings } = found.template as { mappings: { properties: Record<string, object> } }
        mappings.properties.event_text = { type: 'keyword', index: true }
      })
      const resource = { ...contextFor('opensearch').resource, rack: 'r1' }
      const steps = outcomes(await setUp(exporterTo(node, options, { resource })))
      assert.equal(steps['component template auditship-kept-mappings'], 'updated')
      const { body } = await node.request('GET', paths.mappings)
      assert.match(JSON.stringify(body), /"rack":\{/)
      assert.match(JSON.stringify(body), /"event_text":\{[^}]*"index":true/)
    })

    test('until `setup` says something else, with a WARN', async () => {
      const other = exporterTo(node, { ...options, setup: { replicas: 2 } })
      assert.deepEqual(await deliverOne(other), [])
      assert.match(
        other.said.join('\n'),
        /warn updated component template auditship-kept-settings: it came from another configuration: agents that share it/,
      )
      const { body } = await node.request('GET', paths.settings)
      assert.match(JSON.stringify(body), /"number_of_replicas":"2"/)
    })
  })
})

const EXEC = {
  verb: 'create',
  requestURI: '/api/v1/namespaces/a/pods/b/exec?command=sh',
  objectRef: { resource: 'pods', subresource: 'exec', namespace: 'a', name: 'b', apiVersion: 'v1' },
}

/** Changes a template as a person would: what is there, with something else in it. */
async function edit(
  node: OpenSearch,
  path: string,
  list: string,
  kind: string,
  change: (found: Record<string, unknown>) => void,
): Promise<void> {
  const { body } = await node.request<Record<string, Record<string, Record<string, unknown>>[]>>('GET', path)
  const found = body[list]?.[0]?.[kind] ?? {}
  change(found)
  assert.equal((await node.request('PUT', path, found)).status, 200)
}
