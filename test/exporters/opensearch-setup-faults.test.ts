import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { RetryableError } from '../../src/pipeline/errors.ts'
import { runCli } from '../cli.ts'
import { freePort } from '../servers/free-port.ts'
import { tempDir } from '../temp-dir.ts'
import { deliverOne, exporterTo } from './opensearch-cluster.ts'
import { type EmptyOpenSearch, type Fault, startEmptyOpenSearch } from './opensearch-empty.ts'

const BULK = 'POST /k8s-audit/_bulk'
const fault = (status: number, type: string): Fault => ({ status, body: { error: { type, reason: 'why' } } })
const FORBIDDEN = fault(403, 'security_exception')

suite('before the first event', () => {
  const rows: [title: string, method: string, path: RegExp, fault: Fault, needsOperator: boolean][] = [
    ['a cluster without a manager', 'GET', /_component_template/, fault(503, 'x'), false],
    ['a cluster that is busy', 'PUT', /_index_template/, fault(429, 'x'), false],
    ['an internal error', 'GET', /_plugins/, fault(500, 'x'), false],
    ['a wrong password', 'GET', /_component_template/, fault(401, 'x'), true],
    ['a block', 'PUT', /_data_stream/, fault(403, 'cluster_block_exception'), true],
    ['a template that is refused', 'PUT', /_index_template/, fault(400, 'invalid_index_template'), true],
    ['a change that is too large', 'PUT', /_component_template/, fault(413, 'x'), true],
    ['a race that is never won', 'PUT', /_component_template/, fault(409, 'x'), true],
  ]
  for (const [title, method, path, given, needsOperator] of rows)
    test(`${title} has the set-up tried again; no event is written before it is done`, async t => {
      const cluster = await startEmptyOpenSearch(t)
      cluster.answerWith((asked, at) => (asked === method && path.test(at) ? given : undefined))
      const one = exporterTo(cluster)
      await assert.rejects(deliverOne(one), (error: Error) => {
        assert.ok(error instanceof RetryableError, `${error}`)
        assert.equal(error.needsOperator, needsOperator)
        assert.match(error.message, new RegExp(`answered .*${path.source}.* with ${given.status}`))
        return true
      })
      assert.ok(!cluster.asked.includes(BULK))
      cluster.answerWith(() => undefined)
      assert.deepEqual(await deliverOne(one), [])
      assert.deepEqual(cluster.asked.slice(-2), ['PUT /change_events', BULK])
    })

  test('batches that come at the same time share one set-up', async t => {
    const cluster = await startEmptyOpenSearch(t)
    const one = exporterTo(cluster)
    const left = await Promise.all(Array.from({ length: 8 }, () => deliverOne(one)))
    assert.deepEqual(left.flat(), [])
    const counts = Map.groupBy(cluster.asked, line => line)
    assert.equal(counts.get(BULK)?.length, 8)
    assert.equal(counts.get('PUT /_data_stream/k8s-audit')?.length, 1)
    assert.deepEqual(cluster.asked.slice(-9), ['PUT /change_events', ...Array(8).fill(BULK)])
  })

  test('looks again after a failure that an operator has to repair, and after no other', async t => {
    const cluster = await startEmptyOpenSearch(t)
    const one = exporterTo(cluster)
    await deliverOne(one)
    const setUps = () =>
      cluster.asked.filter(line => line === 'GET /_index_template/auditship-k8s-audit').length
    for (const [status, expected] of [
      [503, 1],
      [404, 2],
    ] as const) {
      cluster.answerWith(method => (method === 'POST' ? fault(status, 'x') : undefined))
      await assert.rejects(deliverOne(one), RetryableError)
      cluster.answerWith(() => undefined)
      await deliverOne(one)
      assert.equal(setUps(), expected)
    }
  })

  test('looks again when an item is put off until an operator acts, and not when the cluster is busy', async t => {
    const cluster = await startEmptyOpenSearch(t)
    const one = exporterTo(cluster)
    await deliverOne(one)
    const setUps = () =>
      cluster.asked.filter(line => line === 'GET /_index_template/auditship-k8s-audit').length
    for (const [status, expected] of [
      [429, 1],
      [403, 2],
    ] as const) {
      const items = [{ create: { status, error: { type: 'x' } } }]
      cluster.answerWith(method => (method === 'POST' ? { status: 200, body: { items } } : undefined))
      assert.match((await deliverOne(one)).join(), /^deferred/)
      cluster.answerWith(() => undefined)
      assert.deepEqual(await deliverOne(one), [])
      assert.equal(setUps(), expected)
    }
  })

  test('says once what the user may not do, however often it looks', async t => {
    const cluster = await startEmptyOpenSearch(t)
    cluster.answerWith(() => FORBIDDEN)
    const one = exporterTo(cluster)
    await assert.rejects(deliverOne(one), RetryableError)
    await assert.rejects(deliverOne(one), RetryableError)
    assert.equal(one.said.length, 1, one.said.join('\n'))
    assert.match(
      one.said[0] ?? '',
      /warn no right .*auditship setup opensearch --config FILE.*security_exception: why/,
    )
  })
})

suite('auditship setup', () => {
  async function configFor(t: TestContext, { url }: Pick<EmptyOpenSearch, 'url'>): Promise<string> {
    const path = join(await tempDir(t), 'auditship.yaml')
    const exporters = `{ opensearch/a: { endpoints: ["${url}"] }, file: { path: /dev/null } }`
    await writeFile(path, `receivers: { auditLog: {} }\nexporters: ${exporters}\n`)
    return path
  }
  const run = async (t: TestContext, cluster: Pick<EmptyOpenSearch, 'url'>, args: string[]) =>
    runCli(t, ['setup', ...args, '--config', await configFor(t, cluster)])

  test('says each step on a line', async t => {
    const cluster = await startEmptyOpenSearch(t)
    cluster.answerWith((_, path) => (path.includes('_ism') ? fault(404, 'x') : undefined))
    const { code, stdout } = await run(t, cluster, ['opensearch'])
    assert.deepEqual(stdout.trim().split('\n'), [
      'opensearch/a: created component template auditship-k8s-audit-mappings',
      'opensearch/a: created component template auditship-k8s-audit-settings',
      'opensearch/a: created index template auditship-k8s-audit',
      'opensearch/a: skipped ISM policy auditship-k8s-audit: the cluster has no Index State Management, so audit events are neither rolled over nor deleted by age: see to it otherwise',
      'opensearch/a: created data stream k8s-audit',
      'opensearch/a: created index template auditship-change_events',
      'opensearch/a: created index change_events',
    ])
    assert.equal(code, 0)
  })

  test('--dry-run prints the requests and sends none of them', async t => {
    const cluster = await startEmptyOpenSearch(t)
    const { code, stdout } = await run(t, cluster, ['opensearch', '--dry-run'])
    assert.match(
      stdout,
      /^# opensearch\/a: would have created data stream k8s-audit\nPUT \/_data_stream\/k8s-audit\n/m,
    )
    assert.match(stdout, /^PUT \/_index_template\/auditship-k8s-audit\?create=true\n\{\n {2}"_meta"/m)
    assert.deepEqual(
      cluster.asked.filter(line => !line.startsWith('GET')),
      [],
    )
    assert.equal(code, 0)
  })

  test('--dry-run without rights prints what an administrator may send', async t => {
    const cluster = await startEmptyOpenSearch(t)
    cluster.answerWith(() => FORBIDDEN)
    const { code, stdout } = await run(t, cluster, ['opensearch', '--dry-run'])
    assert.match(stdout, /^# .*cannot look after data stream k8s-audit: .*\nPUT \/_data_stream\/k8s-audit\n/m)
    assert.equal(code, 1)
  })

  test('goes on after what it may not do, and exits with 1', async t => {
    const cluster = await startEmptyOpenSearch(t)
    cluster.answerWith((_, path) => (path.includes('_ism') ? FORBIDDEN : undefined))
    const { code, stdout } = await run(t, cluster, ['opensearch/a'])
    assert.match(
      stdout,
      /forbidden ISM policy auditship-k8s-audit: security_exception: why\n.*created data stream/,
    )
    assert.equal(code, 1)
  })

  test('exits with 1 when the cluster cannot be reached', async t => {
    const { code, stderr } = await run(t, { url: `http://127.0.0.1:${await freePort()}` }, ['opensearch'])
    assert.match(stderr, /^auditship: cannot reach http:\/\/127.0.0.1:\d+: .*ECONNREFUSED/)
    assert.equal(code, 1)
  })

  test('exits with 1 when the configuration has no such exporter, and names those it has', async t => {
    const { code, stderr } = await run(t, { url: 'http://127.0.0.1:9' }, ['file'])
    assert.match(stderr, /no exporter file with a set-up in any pipeline; there are: opensearch\/a/)
    assert.equal(code, 1)
  })
})
