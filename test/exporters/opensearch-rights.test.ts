import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { RetryableError } from '../../src/pipeline/errors.ts'
import { type OpenSearch, openSearchUnavailable, startOpenSearch } from '../servers/opensearch.ts'
import { contextFor } from './context.ts'
import { deliverOne, exporterTo, fieldsOf, installed, outcomes, setUp } from './opensearch-cluster.ts'

/** What an exporter needs once an administrator has run the set-up: to create documents, not to read or delete them. */
const WRITER = {
  cluster_permissions: ['indices:data/write/bulk'],
  index_permissions: [
    {
      index_patterns: ['*-audit', '*-changes'],
      allowed_actions: ['indices:data/write/bulk*', 'indices:data/write/index', 'indices:data/write/update'],
    },
  ],
}

/** May look at templates and streams besides. */
const LOOKER = {
  cluster_permissions: [
    ...WRITER.cluster_permissions,
    'cluster:admin/component_template/get',
    'indices:admin/index_template/get',
  ],
  index_permissions: [
    {
      index_patterns: ['*'],
      allowed_actions: [
        'indices:admin/data_stream/get',
        'indices:admin/mappings/get',
        'indices:data/write/*',
      ],
    },
  ],
}

/** What the set-up itself needs. */
const INSTALLER = {
  cluster_permissions: [
    'cluster:admin/component_template/get',
    'cluster:admin/component_template/put',
    'indices:admin/index_template/get',
    'indices:admin/index_template/put',
    'cluster:admin/opendistro/ism/policy/get',
    'cluster:admin/opendistro/ism/policy/write',
  ],
  index_permissions: [
    {
      index_patterns: ['*-audit', '*-changes'],
      allowed_actions: [
        'indices:admin/data_stream/get',
        'indices:admin/data_stream/create',
        'indices:admin/mappings/get',
        'indices:admin/mapping/put',
        'indices:admin/create',
      ],
    },
  ],
}

/** As many give it: enough to write, and to make an index by writing. */
const CREATOR = {
  cluster_permissions: ['cluster_composite_ops'],
  index_permissions: [
    { index_patterns: ['*-audit', '*-changes'], allowed_actions: ['crud', 'create_index'] },
  ],
}

const EXEC = {
  verb: 'create',
  requestURI: '/api/v1/namespaces/a/pods/b/exec?command=sh',
  objectRef: { resource: 'pods', subresource: 'exec', namespace: 'a', name: 'b', apiVersion: 'v1' },
}

const ROLES = { writer: WRITER, looker: LOOKER, installer: INSTALLER, creator: CREATOR }
const PASSWORD = 'Audit-9f3k-ship'

suite('a cluster where rights are few', { skip: openSearchUnavailable() ?? false }, () => {
  let node: OpenSearch
  before(async () => {
    node = await startOpenSearch('file', { security: true })
    for (const [name, role] of Object.entries(ROLES)) {
      const api = '/_plugins/_security/api'
      const body = { password: PASSWORD, opendistro_security_roles: [name] }
      assert.equal((await node.request('PUT', `${api}/roles/${name}`, role)).status, 201)
      assert.equal((await node.request('PUT', `${api}/internalusers/${name}`, body)).status, 201)
    }
  })

  /** An exporter whose data stream and index are named after `name`. */
  function exporterAs(username: string, name: string, options: object = {}, resource: object = {}) {
    const password = username === 'admin' ? 'admin' : PASSWORD
    const names = { dataStream: `${name}-audit`, changeEvents: `${name}-changes` }
    const tls = { caFile: node.caFile }
    const context = { resource: { ...contextFor('opensearch').resource, ...resource } }
    return exporterTo(node, { username, password, tls, ...names, ...options }, context)
  }

  async function count(name: string): Promise<number> {
    await node.request('POST', `/${name}/_refresh`)
    const { body } = await node.request<{ count: number }>('GET', `/${name}/_count`)
    return body.count
  }

  test('who may only write delivers into what an administrator installed, and says what it could not look after', async () => {
    await setUp(exporterAs('admin', 'done'))
    const before = await installed(node, 'done')
    const writer = exporterAs('writer', 'done')
    assert.deepEqual(await deliverOne(writer, EXEC), [])
    assert.deepEqual([await count('done-audit'), await count('done-changes')], [1, 1])
    assert.deepEqual(await installed(node, 'done'), before)
    const warned = writer.said.filter(line => line.startsWith('warn no right'))
    assert.equal(warned.length, 1, writer.said.join('\n'))
    assert.match(
      warned[0] ?? '',
      /auditship-done-audit-mappings.*index done-changes.*auditship setup opensearch/,
    )
  })

  test('who may only write waits until an administrator has installed it, without a restart', async () => {
    const writer = exporterAs('writer', 'late')
    const [left] = await deliverOne(writer)
    assert.match(left ?? '', /^deferred: .*no permissions/)
    await setUp(exporterAs('admin', 'late'))
    assert.deepEqual(await deliverOne(writer), [])
    assert.equal(await count('late-audit'), 1)
  })

  test('who sees that nothing is installed writes nothing, though an index could be made of guessed types', async () => {
    const looker = exporterAs('looker', 'seen')
    await assert.rejects(deliverOne(looker), (error: Error) => {
      assert.ok(error instanceof RetryableError && error.needsOperator)
      assert.match(
        error.message,
        /neither data stream seen-audit nor its component template .*auditship setup opensearch --config FILE/,
      )
      return true
    })
    assert.deepEqual(await installed(node, 'seen'), [
      { component_templates: [] },
      { index_templates: [] },
      { data_streams: [] },
      {},
    ])
    await setUp(exporterAs('admin', 'seen'))
    assert.deepEqual(await deliverOne(looker), [])
  })

  test('who can make an index by writing waits for a data stream, and events come into it when there is one', async () => {
    const creator = exporterAs('creator', 'guessed')
    const waits = /^deferred: guessed-audit is an index that guesses the types of fields/
    assert.match((await deliverOne(creator)).join(), waits)
    assert.match((await deliverOne(creator)).join(), waits)
    await assert.rejects(setUp(exporterAs('admin', 'guessed')), /guessed-audit is an index that guesses/)
    await node.request('DELETE', '/guessed-audit')
    assert.deepEqual(await deliverOne(creator), [])
    const fields = await fieldsOf(node, '.ds-guessed-audit-000001')
    assert.equal(fields.get('@timestamp'), 'date_nanos')
  })

  test('the rights listed for the set-up are enough', async () => {
    const steps = outcomes(await setUp(exporterAs('installer', 'own')))
    assert.deepEqual(new Set(Object.values(steps)), new Set(['created', 'skipped']))
    const again = outcomes(await setUp(exporterAs('installer', 'own')))
    assert.deepEqual(new Set(Object.values(again)), new Set(['unchanged', 'skipped']))
    const grown = exporterAs('installer', 'own', { setup: { replicas: 0 } }, { rack: 'r1' })
    const updated = outcomes(await setUp(grown))
    assert.equal(updated['component template auditship-own-audit-settings'], 'updated')
    assert.equal(updated['data stream own-audit'], 'updated')
  })

  test('a wrong password is an error, not a lack of rights', async () => {
    const one = exporterAs('writer', 'done', { password: 'wrong' })
    await assert.rejects(deliverOne(one), (error: Error) => {
      assert.ok(error instanceof RetryableError && error.needsOperator)
      assert.match(error.message, /with 401 \(check username, password/)
      return true
    })
    assert.deepEqual(one.said, [])
  })
})
