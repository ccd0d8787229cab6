import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { parseEvent } from '../../src/audit/scan.ts'
import { otlpExporter } from '../../src/exporters/otlp/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { PermanentError, RetryableError } from '../../src/pipeline/errors.ts'
import { makeCertificates } from '../servers/certificates.ts'
import { freePort } from '../servers/free-port.ts'
import { tempDir } from '../temp-dir.ts'
import { contextFor } from './context.ts'
import { type OtlpBackend, partialSuccess, startOtlpBackend } from './otlp-backend.ts'

const EVENT = parseEvent('{"level":"Metadata","auditID":"a","stage":"ResponseComplete"}')
const NEVER = new AbortController().signal

function exporterTo(backend: Pick<OtlpBackend, 'endpoint'>, options: object = {}) {
  const parsed = otlpExporter.options.parse({ endpoint: backend.endpoint, timeout: '2s', ...options })
  return otlpExporter.create(parsed, contextFor('otlp'))
}

const exportOne = (backend: Pick<OtlpBackend, 'endpoint'>, options?: object) =>
  exporterTo(backend, options).export(batchOf([EVENT]), NEVER)

suite('a batch that is sent again', () => {
  for (const compression of ['none', 'gzip', 'zstd']) {
    test(`has the body that was made for the first attempt (${compression})`, async t => {
      const backend = await startOtlpBackend(t)
      const exporter = exporterTo(backend, { compression })
      const event = parseEvent(EVENT.raw)
      const batch = batchOf([event])
      backend.faults.failNext(1)
      await assert.rejects(exporter.export(batch, NEVER), RetryableError)
      event.buffer.fill('x', event.start, event.end) // whoever encodes it again sends this
      await exporter.export(batch, NEVER)
      assert.deepEqual(await backend.received(), [EVENT.raw.toString()])
    })
  }
})

suite('what an answer means', () => {
  const rows: [
    status: number,
    type: typeof PermanentError | typeof RetryableError,
    needsOperator?: boolean,
  ][] = [
    [400, PermanentError],
    [413, PermanentError],
    [422, PermanentError],
    [301, RetryableError, true],
    [401, RetryableError, true],
    [403, RetryableError, true],
    [404, RetryableError, true],
    [408, RetryableError, false],
    [429, RetryableError, false],
    [500, RetryableError, false],
    [502, RetryableError, false],
    [503, RetryableError, false],
  ]
  for (const [status, type, needsOperator] of rows) {
    test(`${status} is a ${type.name}${needsOperator ? ' that needs an operator' : ''}`, async t => {
      const backend = await startOtlpBackend(t)
      backend.answerWith(() => ({ status, body: 'because' }))
      await assert.rejects(exportOne(backend), (error: Error) => {
        assert.ok(error instanceof type)
        assert.match(error.message, new RegExp(`127.0.0.1:\\d+/v1/logs answered ${status}.*because`))
        if (error instanceof RetryableError) assert.equal(error.needsOperator, needsOperator)
        return true
      })
    })
  }

  test('Retry-After may be seconds or a date', async t => {
    const backend = await startOtlpBackend(t)
    const inTenSeconds = new Date(Date.now() + 10_000).toUTCString()
    for (const [header, expected] of [
      ['7', 7000],
      [inTenSeconds, 9000],
      ['soon', undefined],
    ] as const) {
      backend.answerWith(() => ({ status: 429, headers: { 'retry-after': header } }))
      const error = await exportOne(backend).catch((caught: RetryableError) => caught)
      assert.ok(error instanceof RetryableError)
      if (expected === undefined) assert.equal(error.retryAfterMs, undefined)
      else assert.ok(Math.abs((error.retryAfterMs ?? 0) - expected) <= 1000)
    }
  })

  test('a partial success refuses all of the batch, because OTLP does not say which', async t => {
    const backend = await startOtlpBackend(t)
    backend.answerWith(() => ({ status: 200, body: partialSuccess(1, 'too old') }))
    const { rejected } = await exportOne(backend)
    assert.equal(rejected.length, 1)
    assert.match(rejected[0]?.reason ?? '', /partial success: 1 of these 1 events .*too old/)
  })

  test('a partial success that refuses none is a warning', async t => {
    const backend = await startOtlpBackend(t)
    backend.answerWith(() => ({ status: 200, body: partialSuccess(0, 'deprecated') }))
    assert.deepEqual(await exportOne(backend), { deferred: [], rejected: [] })
  })

  for (const encoding of ['protobuf', 'json'])
    for (const [type, body] of [
      ['application/x-protobuf', partialSuccess(1, 'too old')],
      ['application/json', '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}'],
    ] as const)
      test(`a partial success may have another format than the request: ${type} to ${encoding}`, async t => {
        const backend = await startOtlpBackend(t)
        backend.answerWith(() => ({ status: 200, headers: { 'content-type': type }, body }))
        const { rejected } = await exportOne(backend, { encoding })
        assert.match(rejected[0]?.reason ?? '', /partial success: 1 of these 1 events .*too old/)
      })

  for (const [title, type, body] of [
    ['cut JSON', 'application/json', '{"partialSuccess":{"rejec'],
    ['text as JSON', 'application/json', 'OK'],
    ['cut protobuf', 'application/x-protobuf', partialSuccess(1, 'too old').subarray(0, -1)],
    ['text as protobuf', 'application/x-protobuf', 'OK'],
  ] as const)
    test(`a 200 with ${title} is no success`, async t => {
      const backend = await startOtlpBackend(t)
      backend.answerWith(() => ({ status: 200, headers: { 'content-type': type }, body }))
      await assert.rejects(exportOne(backend), /answered 200 with .*, expected an ExportLogsServiceResponse/)
    })

  for (const [type, body] of [
    ['application/x-protobuf', Buffer.from([0x0a, 0])],
    ['application/x-protobuf', Buffer.from([0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7d, 1, 2, 3, 4])],
    ['application/json', '{}'],
    ['application/json', '{"partialSuccess":null}'],
    ['application/json', 'null'],
    ['text/plain', ''],
  ] as const)
    test(`a 200 with ${type} ${typeof body === 'string' ? `"${body}"` : body.toString('hex')} that refuses nothing is a success`, async t => {
      const backend = await startOtlpBackend(t)
      backend.answerWith(() => ({ status: 200, headers: { 'content-type': type }, body }))
      assert.deepEqual(await exportOne(backend), { deferred: [], rejected: [] })
    })

  test('a 200 of something that does not speak OTLP, such as a login page, is no success', async t => {
    const backend = await startOtlpBackend(t)
    const headers = { 'content-type': 'text/html' }
    backend.answerWith(() => ({ status: 200, headers, body: '<html>please log in</html>' }))
    await assert.rejects(exportOne(backend), (error: RetryableError) => {
      assert.match(error.message, /answered 200 with text\/html, expected application\/x-protobuf/)
      return error.needsOperator
    })
  })

  test('a token that the backend quotes is not shown', async t => {
    const backend = await startOtlpBackend(t)
    backend.answerWith(() => ({ status: 401, body: 'bad token: Bearer TOPSECRET' }))
    const headers = { authorization: 'Bearer TOPSECRET' }
    await assert.rejects(
      exportOne(backend, { headers }),
      (error: Error) => !error.message.includes('TOPSECRET'),
    )
  })
})

suite('requests', () => {
  for (const [encoding, contentType] of [
    ['protobuf', 'application/x-protobuf'],
    ['json', 'application/json'],
  ]) {
    for (const compression of ['none', 'gzip', 'zstd']) {
      test(`${encoding} with ${compression}`, async t => {
        const backend = await startOtlpBackend(t)
        await exportOne(backend, { encoding, compression, headers: { 'x-tenant': 'blue' } })
        assert.deepEqual(await backend.received(), [EVENT.raw.toString()])
        assert.equal(backend.lastHeaders()['content-type'], contentType)
        assert.equal(
          backend.lastHeaders()['content-encoding'],
          compression === 'none' ? undefined : compression,
        )
        assert.equal(backend.lastHeaders()['x-tenant'], 'blue')
      })
    }
  }

  test('the bearer token is read again when its file changes', async t => {
    const backend = await startOtlpBackend(t)
    const bearerTokenFile = join(await tempDir(t), 'token')
    const exporter = exporterTo(backend, { bearerTokenFile })
    await assert.rejects(exporter.export(batchOf([EVENT]), NEVER), /cannot read bearerTokenFile/)
    for (const token of ['first', 'second']) {
      await writeFile(bearerTokenFile, `${token}\n`)
      await exporter.export(batchOf([EVENT]), NEVER)
      assert.equal(backend.lastHeaders().authorization, `Bearer ${token}`)
    }
  })

  test('an endpoint may have a path, with or without /v1/logs', async t => {
    const backend = await startOtlpBackend(t)
    for (const endpoint of [`${backend.endpoint}/otlp/`, `${backend.endpoint}/otlp/v1/logs`]) {
      backend.answerWith(() => ({ status: 500 }))
      await assert.rejects(exportOne({ endpoint }), /\/otlp\/v1\/logs answered 500/)
    }
  })

  test('a batch larger than maxRequestSize is for halving', async t => {
    const backend = await startOtlpBackend(t)
    const exporter = exporterTo(backend, { maxRequestSize: 300 })
    await assert.rejects(exporter.export(batchOf([EVENT, EVENT, EVENT]), NEVER), PermanentError)
    assert.equal(backend.attempts(), 0)
  })
})

suite('endpoints that cannot be used', () => {
  test('a certificate of an unknown authority, until its CA file is put right', async t => {
    const dir = await tempDir(t)
    const { ca, otherCa, server } = makeCertificates(dir)
    const backend = createServer(
      { cert: readFileSync(server.cert), key: readFileSync(server.key) },
      (request, response) => {
        request.resume().on('end', () => response.end())
      },
    )
    await new Promise<void>(resolve => backend.listen(0, '127.0.0.1', resolve))
    t.after(() => backend.close())
    t.after(() => backend.closeAllConnections())
    const caFile = join(dir, 'used.pem')
    await copyFile(otherCa, caFile)
    const endpoint = `https://127.0.0.1:${(backend.address() as AddressInfo).port}`
    const exporter = exporterTo({ endpoint }, { tls: { caFile } })
    await assert.rejects(
      exporter.export(batchOf([EVENT]), NEVER),
      (error: RetryableError) => error.needsOperator,
    )
    await copyFile(ca, caFile)
    assert.deepEqual(await exporter.export(batchOf([EVENT]), NEVER), { deferred: [], rejected: [] })
  })

  test('nobody listens', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`
    await assert.rejects(exportOne({ endpoint }), (error: RetryableError) => {
      assert.equal(error.message, `cannot reach ${endpoint}/v1/logs`)
      return /ECONNREFUSED/.test(String(error.cause))
    })
  })

  test('a name that does not resolve', async () => {
    const error = await exportOne({ endpoint: 'http://nobody.invalid' }).catch((caught: unknown) => caught)
    assert.ok(error instanceof RetryableError)
    assert.match(error.message, /cannot reach http:\/\/nobody.invalid\/v1\/logs/)
  })

  test('a server that does not answer in time', async t => {
    const backend = await startOtlpBackend(t)
    backend.answerWith(() => 'hang')
    await assert.rejects(exportOne(backend, { timeout: '50ms' }), /no answer from .* within 50 ms/)
  })

  test('a CA file that is missing, until it is there', async t => {
    const caFile = join(await tempDir(t), 'ca.pem')
    await assert.rejects(
      exportOne({ endpoint: 'https://127.0.0.1:1' }, { tls: { caFile } }),
      (error: RetryableError) => {
        assert.match(error.message, new RegExp(`cannot read tls.caFile ${caFile}`))
        return error.needsOperator
      },
    )
  })
})
