import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { beforeEach, suite, test } from 'node:test'
import type { AwsCredentials } from '../../src/exporters/opensearch/aws-credentials.ts'
import { waitUntil } from '../wait-until.ts'
import { startAwsDomain } from './aws-domain.ts'
import { startBulkBackend } from './bulk-backend.ts'
import { deliveryWith, someEvents } from './opensearch-delivery.ts'

/** Stands in for the package, which asks files, tokens and services that are not here. */
const chain = { made: 0, asked: 0, answer: async (): Promise<AwsCredentials> => assert.fail('no answer') }
Object.assign(globalThis, {
  defaultProvider: () => {
    chain.made++
    return () => {
      chain.asked++
      return chain.answer()
    }
  },
})
registerHooks({
  resolve: (name, context, next) =>
    name === '@aws-sdk/credential-provider-node'
      ? { url: 'data:text/javascript,export const { defaultProvider } = globalThis', shortCircuit: true }
      : next(name, context),
})

const OLD = { accessKeyId: 'OLD', secretAccessKey: 'old secret' }
const NEW = { accessKeyId: 'NEW', secretAccessKey: 'new secret' }

suite("AWS's own chain of credentials", () => {
  beforeEach(() => {
    Object.assign(chain, { made: 0, asked: 0 })
    delete process.env.AWS_ACCESS_KEY_ID // each test file has a process of its own
  })

  test('is asked for each request, and made once', async t => {
    chain.answer = async () => OLD
    const domain = await startAwsDomain(
      t,
      () => ({ ...OLD, region: 'r', service: 'es' }),
      await startBulkBackend(t),
    )
    const delivery = await deliveryWith(t, { endpoints: [domain.endpoint], aws: { region: 'r' } })
    for (let i = 0; i < 3; i++) await delivery.consume(someEvents(1, i))
    assert.deepEqual([chain.made, chain.asked, delivery.said], [1, 3, []])
  })

  test('is made anew when its credentials are refused: it keeps what it found', async t => {
    const domain = await startAwsDomain(
      t,
      () => ({ ...NEW, region: 'r', service: 'es' }),
      await startBulkBackend(t),
    )
    chain.answer = async () => (chain.made < 3 ? OLD : NEW)
    const delivery = await deliveryWith(t, { endpoints: [domain.endpoint], aws: { region: 'r' } })
    await delivery.consume(someEvents(5))
    assert.deepEqual([chain.made, delivery.counters.delivered], [3, 5])
  })

  test('that finds nothing is an ERROR in its words', async t => {
    const backend = await startBulkBackend(t)
    chain.answer = async () => {
      throw new Error('Could not load credentials from any providers')
    }
    const delivery = await deliveryWith(t, { endpoints: [backend.endpoint], aws: { region: 'r' } })
    delivery.consume(someEvents(1)).catch(() => {})
    await waitUntil(() => delivery.failure() !== undefined, 'the failure is noticed')
    assert.match(delivery.said[0] ?? '', /^error .*: no AWS credentials: Could not load credentials from any/)
  })

  test('that does not answer is waited for until the timeout', async t => {
    const backend = await startBulkBackend(t)
    chain.answer = () => new Promise(() => {})
    const options = { endpoints: [backend.endpoint], aws: { region: 'r' }, timeout: '50ms' }
    const delivery = await deliveryWith(t, options)
    delivery.consume(someEvents(1)).catch(() => {})
    await waitUntil(() => delivery.failure() !== undefined, 'the failure is noticed')
    assert.match(delivery.said[0] ?? '', /^warn .*: no answer from the source of credentials within 50 ms/)
  })
})
