import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, suite, type TestContext, test } from 'node:test'
import { changeEvent } from '../../src/audit/change-event.ts'
import { OpenSearchClient } from '../../src/exporters/opensearch/client.ts'
import { openSearchOptions } from '../../src/exporters/opensearch/options.ts'
import type { OpenSearchRequest } from '../../src/exporters/opensearch/request.ts'
import { sampleEvents } from '../samples.ts'
import { type OpenSearch, openSearchUnavailable, startOpenSearch } from '../servers/opensearch.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'
import { exporterTo, NEVER, setUp } from './opensearch-cluster.ts'
import { deliveryWith, someEvents } from './opensearch-delivery.ts'

const API = '/_plugins/_security/api'
const USER = { username: 'auditship', password: 'Audit-9f3k-ship' }

interface Role {
  cluster_permissions: string[]
  index_permissions: { index_patterns: string[]; allowed_actions: string[] }[]
}

/** The role of docs/opensearch.md. */
function documentedRole(): Role {
  const page = readFileSync(new URL('../../docs/opensearch.md', import.meta.url), 'utf8')
  return JSON.parse(/## Role\n.*?```json\n(.*?)```/s.exec(page)?.[1] ?? '')
}

/** Each right of a role, by a title, and the role without it. */
function rightsOf(role: Role): [title: string, right: string, without: Role][] {
  const ofCluster = role.cluster_permissions.map(right => {
    const others = role.cluster_permissions.filter(other => other !== right)
    return [`${right} in the cluster`, right, { ...role, cluster_permissions: others }] as const
  })
  const ofIndices = role.index_permissions.flatMap((permission, i) =>
    permission.allowed_actions.map(right => {
      const others = permission.allowed_actions.filter(other => other !== right)
      const index_permissions = role.index_permissions.with(i, { ...permission, allowed_actions: others })
      return [`${right} in ${permission.index_patterns}`, right, { ...role, index_permissions }] as const
    }),
  )
  return [...ofCluster, ...ofIndices].map(([title, right, without]) => [title, right, without])
}

/** Events that take every right: each is a document of both indices. */
const accesses = () =>
  sampleEvents('apiserver-v1.36.3-session.jsonl').filter(event => changeEvent(event, { cluster: 'prod' }))

suite('the role of the documentation', { skip: openSearchUnavailable() ?? false }, () => {
  let node: OpenSearch
  before(async () => {
    node = await startOpenSearch('file', { security: true })
    // It gives each user of the demonstration rights that would hide what is missing.
    assert.equal((await node.request('DELETE', `${API}/rolesmapping/own_index`)).status, 200)
    const admin = { username: 'admin', password: 'admin' }
    await setUp(exporterTo(node, { ...admin, tls: { caFile: node.caFile } }))
    await putRole(documentedRole())
    const user = { password: USER.password, opendistro_security_roles: ['auditship'] }
    assert.equal((await node.request('PUT', `${API}/internalusers/auditship`, user)).status, 201)
  })

  async function putRole(role: Role): Promise<void> {
    const { status, body } = await node.request('PUT', `${API}/roles/auditship`, role)
    assert.ok(status < 300, JSON.stringify(body))
  }

  const delivery = (t: TestContext, options: object = {}) =>
    deliveryWith(t, {
      endpoints: [node.url],
      tls: { caFile: node.caFile },
      timeout: '60s',
      ...USER,
      ...options,
    })

  async function count(index: string): Promise<number> {
    await node.request('POST', `/${index}/_refresh`)
    return (await node.request<{ count: number }>('GET', `/${index}/_count`)).body.count
  }

  test('is enough for all events of a real log, and for sending them again', async t => {
    const events = sampleEvents('apiserver-v1.36.3-session.jsonl')
    const changes = events.map(event => changeEvent(event, { cluster: 'prod' })?.id)
    const ids = new Set(changes.filter(id => id !== undefined))
    assert.ok(ids.size > 5)
    for (let i = 0; i < 2; i++) {
      const { consume, counters, said } = await delivery(t)
      await consume(events)
      assert.deepEqual([said, counters.delivered, counters.deadLettered], [[], events.length, 0])
      assert.deepEqual([await count('k8s-audit'), await count('change_events')], [events.length, ids.size])
    }
  })

  for (const [title, right, without] of rightsOf(documentedRole())) {
    test(`without ${title} nothing is lost, an ERROR names it, and all goes on once it is given`, async t => {
      const events = accesses()
      const { consume, counters, failure, said } = await delivery(t)
      await putRole(without)
      const delivered = consume(events)
      await waitUntil(() => failure() !== undefined, 'the failure is noticed')
      assert.match(said[0] ?? '', /^error .*with 403.*: security_exception: no permissions for \[/)
      assert.ok(said[0]?.includes(`[${right}`), said[0])
      await putRole(documentedRole())
      await delivered
      assert.deepEqual([failure(), counters.delivered, counters.deadLettered], [undefined, events.length, 0])
    })
  }

  test('doctor knows the node, and says so of credentials that it refuses', async () => {
    const probe = async (options: object) => {
      const { exporter } = exporterTo(node, { tls: { caFile: node.caFile }, ...options })
      return exporter.probe?.(NEVER).finally(() => exporter.stop?.())
    }
    const admin = await probe({ username: 'admin', password: 'admin' })
    assert.match(admin?.answered ?? '', /is opensearch \d+\.\d+\.\d+, cluster /)
    assert.equal((await probe(USER))?.problem, undefined)
    await assert.rejects(probe({ ...USER, password: 'Wr0ng-9f3k-ship' }), /answered GET \/ with 401/)
  })

  test('a wrong password is an ERROR until the password file has the right one', async t => {
    const passwordFile = join(await tempDir(t), 'password')
    await writeFile(passwordFile, 'Wr0ng-9f3k-ship')
    const options = { password: undefined, passwordFile }
    const { consume, counters, failure, said } = await delivery(t, options)
    const delivered = consume(someEvents(5))
    await waitUntil(() => failure() !== undefined, 'the failure is noticed')
    assert.equal(
      said[0]?.replace(/since \S+,/, 'since T,'),
      `error cannot deliver since T, will go on trying; nothing is lost: ${node.url} answered a bulk with 401 (check username, password, headers, bearerTokenFile, aws and tls.certFile): Unauthorized`,
    )
    await writeFile(passwordFile, `${USER.password}\n`)
    await delivered
    assert.deepEqual([failure(), counters.delivered, counters.deadLettered], [undefined, 5, 0])
    assert.match(said.at(-1) ?? '', /^info delivers again/)
  })

  test('a user that is missing is an ERROR until an operator makes it', async t => {
    const path = `${API}/internalusers/late`
    const { consume, counters, failure } = await delivery(t, { username: 'late' })
    const delivered = consume(someEvents(5, 100))
    await waitUntil(() => /with 401/.test(failure() ?? ''), 'the failure is noticed')
    await node.request('PUT', path, { password: USER.password })
    await waitUntil(() => /with 403/.test(failure() ?? ''), 'the user has no role')
    await node.request('PUT', path, { password: USER.password, opendistro_security_roles: ['auditship'] })
    await delivered
    assert.deepEqual([failure(), counters.delivered], [undefined, 5])
  })

  suite('whoever has the password', () => {
    const known = { stream: '', backing: '.ds-k8s-audit-000001', seqNo: 0, change: '' }
    before(async () => {
      const newest = { size: 1, seq_no_primary_term: true }
      const found = await Promise.all(
        ['k8s-audit', 'change_events'].map(index => node.request<Hits>('POST', `/${index}/_search`, newest)),
      )
      const [event, change] = found.map(({ body }) => body.hits.hits[0])
      Object.assign(known, { stream: event?._id, seqNo: event?._seq_no, change: change?._id })
    })

    async function ask(method: OpenSearchRequest['method'], path: string, body?: string) {
      const options = { endpoints: [node.url], tls: { caFile: node.caFile }, ...USER }
      const client = new OpenSearchClient(openSearchOptions.parse(options))
      const headers = { 'content-type': 'application/json' }
      const answer = await client.request({ method, path, headers, ...(body && { body }) }, NEVER)
      await client.close()
      return answer
    }

    test('cannot read or delete, nor change what is installed', async () => {
      const { stream, backing, change } = known
      const all = '{"query":{"match_all":{}}}'
      const rows: [method: OpenSearchRequest['method'], path: string, body?: string][] = [
        ['GET', '/k8s-audit/_search'],
        ['GET', '/change_events/_search'],
        ['GET', '/k8s-audit/_count'],
        ['GET', `/${backing}/_doc/${stream}`],
        ['GET', `/change_events/_doc/${change}`],
        ['GET', `/change_events/_source/${change}`],
        ['POST', '/_mget', `{"docs":[{"_index":"change_events","_id":"${change}"}]}`],
        ['POST', '/_msearch', `{"index":"change_events"}\n${all}\n`],
        ['DELETE', `/${backing}/_doc/${stream}`],
        ['DELETE', `/change_events/_doc/${change}`],
        ['POST', '/k8s-audit/_delete_by_query', all],
        ['POST', '/change_events/_delete_by_query', all],
        ['POST', '/change_events/_update_by_query', all],
        ['DELETE', '/change_events'],
        ['DELETE', '/_data_stream/k8s-audit'],
        ['DELETE', `/${backing}`],
        ['DELETE', '/_index_template/auditship-k8s-audit'],
        ['POST', '/k8s-audit/_rollover'],
        ['PUT', '/change_events/_mapping', '{"properties":{"more":{"type":"keyword"}}}'],
        ['PUT', '/change_events/_settings', '{"index":{"blocks.write":true}}'],
        ['PUT', '/another'],
      ]
      for (const [method, path, body] of rows) {
        assert.equal((await ask(method, path, body)).status, 403, `${method} ${path}`)
      }
      const lines = [
        `{"delete":{"_index":"${backing}","_id":"${stream}"}}`,
        `{"delete":{"_index":"change_events","_id":"${change}"}}`,
      ]
      const bulk = await ask('POST', '/_bulk', `${lines.join('\n')}\n`)
      assert.deepEqual(JSON.stringify(bulk.body).match(/"status":\d+/g), ['"status":403', '"status":403'])
    })

    /** As the documentation warns: should OpenSearch forbid it one day, the page is to be corrected. */
    test('can overwrite an event whose id and sequence number they know, which its version shows', async () => {
      const { stream: _id, backing: _index, seqNo } = known
      const action = { index: { _index, _id, if_seq_no: seqNo, if_primary_term: 1 } }
      const forged = { '@timestamp': '2026-01-02T03:04:05.123456Z' }
      const { body } = await ask('POST', '/_bulk', `${JSON.stringify(action)}\n${JSON.stringify(forged)}\n`)
      assert.match(JSON.stringify(body), /"_version":2,.*"status":200/)
      await node.request('POST', '/k8s-audit/_refresh')
      const search = { version: true, query: { term: { _id } } }
      const found = await node.request<Hits>('POST', '/k8s-audit/_search', search)
      assert.equal(found.body.hits.hits[0]?._version, 2)
    })

    test('can read and delete a change event whose id they know', async () => {
      const update = { update: { _index: 'change_events', _id: known.change } }
      const asked = { doc: {}, _source: true }
      const read = await ask('POST', '/_bulk', `${JSON.stringify(update)}\n${JSON.stringify(asked)}\n`)
      assert.match(JSON.stringify(read.body), /"_source":\{.*"operation"/)
      const script = { script: { source: "ctx.op = 'delete'" } }
      const deleted = await ask('POST', '/_bulk', `${JSON.stringify(update)}\n${JSON.stringify(script)}\n`)
      assert.match(JSON.stringify(deleted.body), /"result":"deleted"/)
    })
  })
})

interface Hits {
  hits: { hits: { _id: string; _seq_no: number; _version?: number }[] }
}
