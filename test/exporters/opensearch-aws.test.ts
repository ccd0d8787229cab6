import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { OpenSearchClient } from '../../src/exporters/opensearch/client.ts'
import { openSearchOptions } from '../../src/exporters/opensearch/options.ts'
import { setEnvironment } from '../environment.ts'
import { type AwsAccount, awsAuthorization, awsRefusal } from '../servers/aws-signature.ts'
import { waitUntil } from '../wait-until.ts'
import { startAwsDomain } from './aws-domain.ts'
import { startBulkBackend } from './bulk-backend.ts'
import { deliveryWith, linesOf, someEvents } from './opensearch-delivery.ts'

const NEVER = new AbortController().signal
const ACCOUNT = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=='

/** AWS's Signature Version 4 test suite, by the names of its cases. */
suite('the signatures of these tests are those that AWS published', () => {
  const empty: Record<string, string> = {}
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const [name, method, url, own, body, signature] of [
    [
      'get-vanilla',
      'GET',
      '/',
      empty,
      '',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      empty,
      '',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-utf8',
      'GET',
      '/\u1234',
      empty,
      '',
      '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    ],
    [
      'post-vanilla',
      'POST',
      '/',
      empty,
      '',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-x-www-form-urlencoded',
      'POST',
      '/',
      form,
      'Param1=value1',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
    [
      'post-sts-header-before',
      'POST',
      '/',
      { 'x-amz-security-token': TOKEN },
      '',
      '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
    ],
  ] as const) {
    test(name, () => {
      const headers = { ...own, host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' }
      const account = { ...ACCOUNT, region: 'us-east-1', service: 'service' }
      const signed = Object.keys(headers).toSorted()
      const authorization = awsAuthorization(
        { method, url, headers, body: Buffer.from(body) },
        account,
        signed,
      )
      assert.equal(
        authorization,
        `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signed.join(';')}, Signature=${signature}`,
      )
    })
  }
})

function useCredentials(t: TestContext, sessionToken?: string): void {
  setEnvironment(t, {
    AWS_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  })
}

suite('requests to AWS', () => {
  for (const service of ['es', 'aoss'] as const) {
    for (const compression of ['gzip', 'none']) {
      test(`are signed with their body for ${service}, compression ${compression}`, async t => {
        useCredentials(t)
        const account: AwsAccount = { ...ACCOUNT, region: 'eu-central-1', service }
        const backend = await startBulkBackend(t)
        const domain = await startAwsDomain(t, () => account, backend)
        const aws = { region: 'eu-central-1', service }
        const delivery = await deliveryWith(t, { endpoints: [domain.endpoint], compression, aws })
        await delivery.consume(someEvents(50))
        assert.deepEqual(await backend.received(), linesOf(someEvents(50)))
        assert.deepEqual(delivery.said, [])

        const [request] = domain.requests
        assert.ok(request)
        assert.equal(request.headers['content-encoding'], compression === 'gzip' ? 'gzip' : undefined)
        assert.match(
          String(request.headers.authorization),
          new RegExp(`/eu-central-1/${service}/aws4_request`),
        )
        const skewMs = Date.now() - timeOf(String(request.headers['x-amz-date']))
        assert.ok(Math.abs(skewMs) < 60_000, `${skewMs} ms`)
        const changed = { ...request, body: Buffer.concat([request.body, Buffer.from('\n')]) }
        assert.match(awsRefusal(changed, account) ?? '', /hash of the body/)
        const elsewhere = { ...account, region: 'us-east-1' }
        assert.match(awsRefusal(request, elsewhere) ?? '', /signature does not match/)
      })
    }
  }

  test('have the session token, signed', async t => {
    useCredentials(t, TOKEN)
    const domain = await startAwsDomain(
      t,
      () => ({ ...ACCOUNT, region: 'r', service: 'es' }),
      await startBulkBackend(t),
    )
    const delivery = await deliveryWith(t, { endpoints: [domain.endpoint], aws: { region: 'r' } })
    await delivery.consume(someEvents(1))
    const { headers } = domain.requests[0] ?? assert.fail('no request')
    assert.equal(headers['x-amz-security-token'], TOKEN)
    assert.match(headers.authorization ?? '', /SignedHeaders=[^,]*x-amz-security-token/)
  })

  test('are signed with and without body, whatever is in path and query', async t => {
    useCredentials(t)
    const domain = await startAwsDomain(t, () => ({ ...ACCOUNT, region: 'r', service: 'es' }))
    const options = openSearchOptions.parse({
      endpoints: [`${domain.endpoint}/prefix`],
      aws: { region: 'r' },
    })
    const client = new OpenSearchClient(options)
    t.after(() => client.close())
    for (const path of [
      '/_index_template/auditship-k8s-audit',
      '/_plugins/_ism/policies/auditship-a~b?if_seq_no=1&if_primary_term=2',
      '/k8s-audit/_bulk?filter_path=error,status,items.*.status',
      '/one,two/_mapping?write_index_only=true',
      '/a%2Cb/_mapping',
    ]) {
      for (const body of [undefined, '{"a":1}']) {
        const method = body === undefined ? 'GET' : 'PUT'
        const answer = await client.request({ method, path, ...(body && { body }) }, NEVER)
        assert.deepEqual([answer.status, answer.body], [200, {}], path)
        assert.equal(
          decodeURIComponent(domain.requests.at(-1)?.url ?? ''),
          decodeURIComponent(`/prefix${path}`),
        )
      }
    }
  })

  test('refused for the signature are an ERROR with the words of AWS; nothing is lost', async t => {
    useCredentials(t)
    let secretAccessKey = 'another one'
    const backend = await startBulkBackend(t)
    const account = () => ({ ...ACCOUNT, secretAccessKey, region: 'r', service: 'es' })
    const domain = await startAwsDomain(t, account, backend)
    const delivery = await deliveryWith(t, { endpoints: [domain.endpoint], aws: { region: 'r' } })
    const delivered = delivery.consume(someEvents(5))
    await waitUntil(() => delivery.failure() !== undefined, 'the failure is noticed')
    assert.match(
      delivery.said[0] ?? '',
      /^error .*answered a bulk with 403 .*: \{"message":"the signature does not match/,
    )
    secretAccessKey = ACCOUNT.secretAccessKey
    await delivered
    assert.equal((await backend.received()).length, 5)
  })

  test('are not sent without credentials: an ERROR says what is expected, until they are there', async t => {
    setEnvironment(t, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined })
    const account = { ...ACCOUNT, region: 'r', service: 'es' }
    const domain = await startAwsDomain(t, () => account, await startBulkBackend(t))
    const delivery = await deliveryWith(t, { endpoints: [domain.endpoint], aws: { region: 'r' } })
    const delivered = delivery.consume(someEvents(5))
    await waitUntil(() => delivery.failure() !== undefined, 'the failure is noticed')
    assert.match(
      delivery.said[0] ?? '',
      /^error .*: no AWS credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or the package @aws-sdk\/credential-provider-node/,
    )
    assert.equal(domain.requests.length, 0)
    useCredentials(t)
    await delivered
    assert.equal(delivery.counters.delivered, 5)
  })
})

function timeOf(compact: string): number {
  return Date.parse(compact.replace(/^(....)(..)(..T..)(..)(..)Z$/, '$1-$2-$3:$4:$5Z'))
}
