import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { inspect } from 'node:util'
import { openSearchExporter } from '../../src/exporters/opensearch/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import type { Exporter } from '../../src/pipeline/contracts.ts'
import { RetryableError } from '../../src/pipeline/errors.ts'
import { describe } from '../../src/pipeline/health.ts'
import { setEnvironment } from '../environment.ts'
import { tempDir } from '../temp-dir.ts'
import { startBulkBackend } from './bulk-backend.ts'
import { contextFor } from './context.ts'
import { deliveryWith, someEvents } from './opensearch-delivery.ts'
import { answering, type Fault, startFrontend } from './opensearch-frontend.ts'

const NEVER = new AbortController().signal
const SECRET = 'ToPsEcReT'

function exporterWith(options: object): Exporter {
  const parsed = openSearchExporter.options.parse({ timeout: '300ms', setup: { enabled: false }, ...options })
  return openSearchExporter.create(parsed, contextFor('opensearch'))
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

suite('who sends', () => {
  test('is said by user and password, of any characters', async t => {
    const backend = await startBulkBackend(t)
    const endpoints = [backend.endpoint]
    const delivery = await deliveryWith(t, { endpoints, username: 'ship', password: 'p:ä "ß ' })
    await delivery.consume(someEvents(1))
    assert.equal(backend.lastHeaders().authorization, basic('ship:p:ä "ß '))
  })

  for (const [title, options, headerOf] of [
    ['password file', { username: 'ship' }, (secret: string) => basic(`ship:${secret}`)],
    ['bearer token file', {}, (secret: string) => `Bearer ${secret}`],
  ] as const) {
    test(`is read from the ${title} each time`, async t => {
      const backend = await startBulkBackend(t)
      const file = join(await tempDir(t), 'secret')
      const name = title === 'password file' ? 'passwordFile' : 'bearerTokenFile'
      const delivery = await deliveryWith(t, { endpoints: [backend.endpoint], ...options, [name]: file })
      for (const [i, content] of ['first\n', 'second', 'third\r\n'].entries()) {
        await writeFile(file, content)
        await delivery.consume(someEvents(1, i))
        assert.equal(backend.lastHeaders().authorization, headerOf(content.trim()))
      }
      assert.deepEqual(delivery.said, [])
    })
  }

  test('is said by headers, such as an API token', async t => {
    const backend = await startBulkBackend(t)
    const headers = { Authorization: 'ApiKey c2VjcmV0', 'X-Tenant': 'blue' }
    const delivery = await deliveryWith(t, { endpoints: [backend.endpoint], headers })
    await delivery.consume(someEvents(1))
    const { authorization, 'x-tenant': tenant, 'content-type': type } = backend.lastHeaders()
    assert.deepEqual([authorization, tenant, type], ['ApiKey c2VjcmV0', 'blue', 'application/x-ndjson'])
  })

  test('is not said in a URL', () => {
    const parsed = openSearchExporter.options.safeParse({ endpoints: ['https://ship:secret@localhost:9200'] })
    assert.match(parsed.error?.message ?? '', /expected a URL without user and password/)
  })

  for (const [content, message] of [
    [undefined, /cannot read bearerTokenFile \S+token: ENOENT/],
    ['', /bearerTokenFile \S+token is empty/],
    ['two\nlines', /bearerTokenFile \S+token is no token: expected a token on one line, without spaces$/],
  ] as const) {
    test(`a token file that ${content === undefined ? 'is missing' : `has ${JSON.stringify(content)}`} is an ERROR until it is right`, async t => {
      const backend = await startBulkBackend(t)
      const bearerTokenFile = join(await tempDir(t), 'token')
      if (content !== undefined) await writeFile(bearerTokenFile, content)
      const exporter = exporterWith({ endpoints: [backend.endpoint], bearerTokenFile })
      t.after(() => exporter.stop?.())
      const error = await exporter.export(batchOf(someEvents(1)), NEVER).catch((caught: unknown) => caught)
      assert.ok(error instanceof RetryableError && error.needsOperator)
      assert.match(describe(error), message)
      await writeFile(bearerTokenFile, 'right')
      await exporter.export(batchOf(someEvents(1)), NEVER)
      assert.equal(backend.attempts(), 1)
    })
  }
})

/** As servers like to do. */
const quoting =
  (status: number, type: string, quote: (headers: string) => string): Fault =>
  (incoming, response) =>
    answering(status, type, quote(`${incoming.rawHeaders.join(' ')} ${SECRET}`))(incoming, response)

suite('a secret is in no error', () => {
  const options = [
    { username: 'ship', password: SECRET },
    { headers: { Authorization: `ApiKey ${SECRET}` } },
    { headers: { 'x-api-key': SECRET } },
    { aws: { region: 'us-east-1' } },
  ]
  const faults: [title: string, fault: Fault][] = [
    ['401 as text', quoting(401, 'text/plain', text => `bad: ${text}`)],
    [
      '403 as JSON',
      quoting(403, 'application/json', text =>
        JSON.stringify({ error: { type: 'security_exception', reason: text } }),
      ),
    ],
    ['400 as JSON', quoting(400, 'application/json', text => JSON.stringify({ Message: [text] }))],
    ['503 as HTML', quoting(503, 'text/html', text => `<p>${text}</p>`)],
    ['200 as HTML', quoting(200, 'text/html', text => text)],
    ['200 as malformed JSON', quoting(200, 'application/json', text => text)],
    ['a reset', incoming => incoming.socket.destroy()],
    ['no answer', incoming => void incoming.resume()],
  ]
  for (const [title, fault] of faults) {
    test(title, async t => {
      setEnvironment(t, {
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: SECRET,
        AWS_SESSION_TOKEN: `session-${SECRET}`,
      })
      const node = await startFrontend(t, await startBulkBackend(t))
      node.breakWith(fault)
      for (const option of options) {
        const exporter = exporterWith({ endpoints: [node.endpoint], ...option })
        const error = await exporter.export(batchOf(someEvents(1)), NEVER).catch((caught: unknown) => caught)
        await exporter.stop?.()
        assert.ok(error instanceof RetryableError)
        const all = `${inspect(error, { depth: 20, showHidden: true })}${JSON.stringify(error)}`
        for (const secret of [SECRET, basic(`ship:${SECRET}`).slice(6)]) assert.ok(!all.includes(secret), all)
      }
    })
  }
})
