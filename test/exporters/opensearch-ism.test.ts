import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import type { SetupStep } from '../../src/pipeline/contracts.ts'
import { exporterTo, setUp } from './opensearch-cluster.ts'

const PATH = '/_plugins/_ism/policies/auditship-k8s-audit'

interface Stored {
  readonly policy: Record<string, unknown>
  readonly _seq_no: number
}

/** Index State Management as the plugin answers, which the OpenSearch of the tests does not have; all other things are there. */
class FakeIsm {
  stored: Stored | undefined
  /** Requests for the policy, as `method path?query`. */
  readonly asked: string[] = []
  /** Backing indices of the data stream. */
  readonly indices: object[] = []
  /** Answers instead, once for each. */
  readonly faults: [status: number, body: object][] = []
  /** Runs before a PUT is answered. */
  beforePut: () => void = () => {}
  url = ''

  async start(t: TestContext): Promise<this> {
    const server = createServer(async (request, response) => {
      const body = await text(request)
      const [status, answer] = this.answer(request.method ?? '', request.url ?? '', body)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return this
  }

  answer(method: string, url: string, body: string): [number, object] {
    const { pathname, searchParams } = new URL(url, 'http://x')
    if (pathname === '/_data_stream/k8s-audit') return [200, { data_streams: [{ indices: this.indices }] }]
    if (pathname !== PATH) return [200, {}]
    this.asked.push(`${method} ${url}`)
    if (method === 'PUT') this.beforePut()
    const fault = this.faults.shift()
    if (fault !== undefined) return fault
    if (method === 'GET') {
      if (this.stored === undefined) return [404, error('status_exception', 'Policy not found')]
      const { policy, _seq_no } = this.stored
      return [200, { _id: 'auditship-k8s-audit', _version: 1, policy, _seq_no, _primary_term: 1 }]
    }
    const isCurrent = searchParams.get('if_seq_no') === `${this.stored?._seq_no}`
    if (this.stored !== undefined && !isCurrent)
      return [409, error('version_conflict_engine_exception', 'document already exists')]
    const status = this.stored === undefined ? 201 : 200
    this.store(JSON.parse(body).policy)
    return [status, { _seq_no: this.stored?._seq_no, policy: { policy: this.stored?.policy } }]
  }

  /** Keeps a policy with the defaults that the plugin adds. */
  store(policy: Record<string, unknown>): void {
    const retry = { count: 3, backoff: 'exponential', delay: '1m' }
    type State = { actions: object[]; transitions: object[] }
    const states = (policy.states as State[]).map(({ actions, ...rest }) => ({
      ...rest,
      actions: actions.map(action => ({ retry, ...action })),
    }))
    const ism_template = (policy.ism_template as object[]).map(item => ({ ...item, last_updated_time: 1 }))
    const added = { policy_id: 'auditship-k8s-audit', schema_version: 21, error_notification: null }
    const seqNo = (this.stored?._seq_no ?? 6) + 1
    this.stored = { policy: { ...policy, ...added, states, ism_template }, _seq_no: seqNo }
  }
}

const error = (type: string, reason: string) => ({ error: { root_cause: [], type, reason } })

/** The step of the policy. */
async function policyStep(ism: FakeIsm, setup: object = {}): Promise<SetupStep> {
  const steps = await setUp(exporterTo(ism, { setup }))
  const step = steps.find(({ what }) => what === 'ISM policy auditship-k8s-audit')
  assert.ok(step)
  return step
}

suite('the policy of Index State Management', () => {
  test('rolls over by size and age and deletes after the retention', async t => {
    const ism = await new FakeIsm().start(t)
    const setup = { rolloverSize: '50GiB', rolloverDays: 1, retentionDays: 30 }
    assert.equal((await policyStep(ism, setup)).outcome, 'created')
    const { states, default_state, ism_template } = ism.stored?.policy ?? {}
    const [write, last] = states as { actions: object[]; transitions: object[] }[]
    assert.equal(default_state, 'write')
    const retry = { count: 3, backoff: 'exponential', delay: '1m' }
    assert.deepEqual(write?.actions, [{ retry, rollover: { min_size: '53687091200b', min_index_age: '1d' } }])
    assert.deepEqual(write?.transitions, [{ state_name: 'delete', conditions: { min_rollover_age: '30d' } }])
    assert.deepEqual(last, { name: 'delete', actions: [{ retry, delete: {} }], transitions: [] })
    assert.deepEqual(ism_template, [{ index_patterns: ['k8s-audit'], priority: 209, last_updated_time: 1 }])
  })

  test('is left alone when it says what it should, whatever defaults were added', async t => {
    const ism = await new FakeIsm().start(t)
    await policyStep(ism)
    assert.equal((await policyStep(ism)).outcome, 'unchanged')
    assert.deepEqual(ism.asked, [`GET ${PATH}`, `PUT ${PATH}`, `GET ${PATH}`])
  })

  test('is updated by its sequence number, and it is said what that does not reach', async t => {
    const ism = await new FakeIsm().start(t)
    await policyStep(ism)
    const step = await policyStep(ism, { retentionDays: 7 })
    assert.equal(step.outcome, 'updated')
    assert.match(step.why ?? '', /backing indices that exist keep the former policy/)
    assert.equal(ism.asked.at(-1), `PUT ${PATH}?if_seq_no=7&if_primary_term=1`)
    assert.match(JSON.stringify(ism.stored), /"min_rollover_age":"7d"/)
  })

  test('keeps what an operator has changed, until `setup` says something else', async t => {
    const ism = await new FakeIsm().start(t)
    await policyStep(ism)
    const { policy } = ism.stored as Stored
    const edited = { ...policy, default_state: 'archive' }
    ism.store(edited)
    const { outcome, why } = await policyStep(ism)
    assert.deepEqual([outcome, ism.stored?.policy.default_state], ['unchanged', 'archive'])
    assert.match(why ?? '', /someone has changed it/)
    const changed = await policyStep(ism, { retentionDays: 30 })
    assert.equal(ism.stored?.policy.default_state, 'write')
    assert.match(changed.why ?? '', /it came from another configuration: .*; backing indices that exist keep/)
  })

  test('that comes after the data stream says how to give it to the indices that are there', async t => {
    const ism = await new FakeIsm().start(t)
    ism.indices.push({ index_name: '.ds-k8s-audit-000001' })
    const { outcome, why } = await policyStep(ism)
    assert.equal(outcome, 'created')
    const command = 'POST _plugins/_ism/add/k8s-audit {"policy_id":"auditship-k8s-audit"}'
    assert.equal(
      why,
      `the indices of k8s-audit are older, so they are neither rolled over nor deleted before \`${command}\``,
    )
  })

  test('may be made by another agent in between', async t => {
    const other = await new FakeIsm().start(t)
    await policyStep(other)
    const ism = await new FakeIsm().start(t)
    ism.beforePut = () => {
      ism.stored ??= other.stored
    }
    assert.equal((await policyStep(ism)).outcome, 'unchanged')
    assert.deepEqual(ism.asked, [`GET ${PATH}`, `PUT ${PATH}`, `GET ${PATH}`])
  })

  test('of others is left alone', async t => {
    const ism = await new FakeIsm().start(t)
    ism.store({ description: 'ours', states: [], ism_template: [] })
    const before = ism.stored
    const step = await policyStep(ism)
    assert.deepEqual([step.outcome, ism.stored], ['skipped', before])
    assert.match(step.why ?? '', /not marked as auditship’s/)
  })

  test('of a newer auditship is left alone', async t => {
    const ism = await new FakeIsm().start(t)
    await policyStep(ism)
    const policy = ism.stored?.policy ?? {}
    ism.store({ ...policy, description: String(policy.description).replace('version: 1', 'version: 2') })
    assert.equal((await policyStep(ism, { retentionDays: 7 })).outcome, 'unchanged')
    assert.equal(ism.asked.at(-1), `GET ${PATH}`)
  })

  const rows: [title: string, faults: FakeIsm['faults'], outcome: string, why: RegExp][] = [
    [
      'is skipped where there is no such plugin',
      [[400, { error: `no handler found for uri [${PATH}] and method [GET]` }]],
      'skipped',
      /no Index State Management/,
    ],
    [
      'is skipped where a service in front knows no such path',
      [
        [404, {}],
        [404, {}],
      ],
      'skipped',
      /no Index State Management/,
    ],
    [
      'is skipped when OpenSearch refuses it, with its reason',
      [
        [404, {}],
        [400, error('index_management_exception', 'new policy has an ism_template matching')],
      ],
      'skipped',
      /neither rolled over nor deleted by age: index_management_exception: new policy has/,
    ],
    [
      'may be out of sight',
      [[403, error('security_exception', 'no permissions for [get]')]],
      'forbidden',
      /no permissions for \[get\]/,
    ],
    [
      'may be seen and not be made',
      [
        [404, {}],
        [403, error('security_exception', 'no permissions for [write]')],
      ],
      'forbidden',
      /no permissions for \[write\]/,
    ],
  ]
  for (const [title, faults, outcome, why] of rows)
    test(title, async t => {
      const ism = await new FakeIsm().start(t)
      ism.faults.push(...faults)
      const step = await policyStep(ism)
      assert.equal(step.outcome, outcome)
      assert.match(step.why ?? '', why)
    })
})
