import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { type OpenSearch, openSearchUnavailable, startOpenSearch } from './opensearch.ts'

interface Found {
  hits: { hits: { _id: string; _source: unknown }[] }
}

const LINES = '{"create":{"_id":"a"}}\n{"verb":"get"}\n{"create":{"_id":"b"}}\n{"verb":"delete"}\n'

async function idsOf(node: OpenSearch, verb: string): Promise<string[]> {
  await node.request('POST', '/audit/_refresh')
  const found = await node.request<Found>('POST', '/audit/_search', { query: { match: { verb } } })
  return found.body.hits.hits.map(hit => hit._id)
}

suite('a real OpenSearch as a test server', { skip: openSearchUnavailable() ?? false }, () => {
  let node: OpenSearch
  before(async () => {
    node = await startOpenSearch('file', { settings: { 'http.max_content_length': '1mb' } })
  })

  test('finds a document that it has indexed', async () => {
    const document = { verb: 'create', user: { username: 'alice' } }
    assert.equal((await node.request('PUT', '/one/_create/1?refresh=true', document)).status, 201)
    const found = await node.request<Found>('GET', '/one/_search?q=user.username:alice')
    assert.deepEqual(
      found.body.hits.hits.map(hit => hit._source),
      [document],
    )
  })

  test('takes node settings', async () => {
    const answer = await node.request(
      'POST',
      '/audit/_bulk',
      `{"create":{}}\n{"verb":"${'x'.repeat(1 << 20)}"}\n`,
    )
    assert.deepEqual(answer, { status: 413, body: '' })
  })

  test('has what it acknowledged after SIGKILL, on the same port', async () => {
    assert.equal((await node.request('POST', '/audit/_bulk', LINES)).status, 200)
    await node.kill()
    await assert.rejects(node.request('GET', '/'), { code: 'ECONNREFUSED' })

    await node.restart()
    assert.deepEqual(await idsOf(node, 'delete'), ['b'])
  })

  test('says in its own words why it did not start', async t => {
    const settings = { 'no.such.setting': '1' }
    await assert.rejects(startOpenSearch(t, { settings }), /unknown setting \[no\.such\.setting\]/)
  })
})

suite('a real OpenSearch with security', { skip: openSearchUnavailable() ?? false }, () => {
  let node: OpenSearch
  before(async () => {
    node = await startOpenSearch('file', { security: true })
  })

  test('answers those only who say who they are', async () => {
    assert.equal((await node.request('GET', '/', undefined, 'nobody')).status, 401)
    assert.equal((await node.request('GET', '/', undefined, 'admin')).status, 200)
  })

  test('is known by its certificate', async () => {
    await assert.rejects(fetch(node.url), (error: Error) => String(error.cause).includes('certificate'))
  })

  test('lets a user do what its role may', async () => {
    const document = { verb: 'get' }
    assert.equal((await node.request('POST', '/audit/_doc', document, 'readall')).status, 403)
    assert.equal((await node.request('POST', '/logstash-1/_doc', document, 'logstash')).status, 201)
    assert.equal((await node.request('POST', '/audit/_doc', document, 'admin')).status, 201)
  })
})
