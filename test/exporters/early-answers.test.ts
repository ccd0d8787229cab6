import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { parseEvent } from '../../src/audit/scan.ts'
import { openSearchExporter } from '../../src/exporters/opensearch/index.ts'
import { otlpExporter } from '../../src/exporters/otlp/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import type { Exporter } from '../../src/pipeline/contracts.ts'
import { RetryableError } from '../../src/pipeline/errors.ts'
import { makeCertificates } from '../servers/certificates.ts'
import { tempDir } from '../temp-dir.ts'
import { contextFor } from './context.ts'

/** What a server does when a request begins. */
type Begins = (socket: Socket, first: Buffer) => void

const NEVER = new AbortController().signal
/** Compressed as well, more than the buffers of a connection take. */
const BYTES = 16_000_000
const LARGE = parseEvent(
  `{"level":"Request","auditID":"a","stage":"ResponseComplete","requestObject":"${randomBytes(BYTES * 0.75).toString('base64')}"}`,
)
/** That one event was taken, to OpenSearch and to OTLP. */
const TAKEN = answer('200 OK', '{"items":[{"create":{"status":201}}]}')
const BUSY = answer('503 Service Unavailable', '')
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'

function answer(status: string, body: string): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

const EXPORTERS: Readonly<Record<string, (endpoint: string, options: object) => Exporter>> = {
  otlp: (endpoint, options) =>
    otlpExporter.create(otlpExporter.options.parse({ endpoint, ...options }), contextFor('otlp')),
  opensearch: (endpoint, options) => {
    const all = { endpoints: [endpoint], maxRequestSize: '64MiB', setup: { enabled: false }, ...options }
    return openSearchExporter.create(openSearchExporter.options.parse(all), contextFor('opensearch'))
  },
}

/** A server of TCP or TLS that does this when a request begins; it ends with the test. */
async function startServer(t: TestContext, scheme: string, begins: (socket: Socket, first: Buffer) => void) {
  const { ca, server: own } = makeCertificates(await tempDir(t))
  const files = { cert: readFileSync(own.cert), key: readFileSync(own.key) }
  const sockets: Socket[] = []
  const connected = (socket: Socket) => {
    sockets.push(socket)
    socket.on('error', () => {}).once('data', first => begins(socket, first))
  }
  const server = scheme === 'http' ? createServer(connected) : createTlsServer(files, connected)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const endpoint = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { endpoint, sockets, options: scheme === 'http' ? {} : { tls: { caFile: ca } } }
}

/** Answers without reading more than has come. */
const atOnce =
  (text: string): Begins =>
  socket => {
    socket.pause()
    socket.write(text)
  }

/** Answers as soon as all has come. */
const whenRead =
  (text: string): Begins =>
  (socket, first) => {
    const [head = '', length] = /^.*content-length: (\d+).*?\r\n\r\n/is.exec(first.toString('latin1')) ?? []
    let missing = head.length + Number(length) - first.length
    socket.on('data', chunk => {
      missing -= chunk.length
      if (missing === 0) socket.write(text)
    })
  }

for (const [name, create] of Object.entries(EXPORTERS))
  for (const scheme of ['http', 'https'])
    for (const compression of ['none', 'gzip'])
      suite(`${name} over ${scheme}, compression: ${compression}`, () => {
        const rows: [title: string, begins: Begins, says: RegExp | undefined][] = [
          ['200 before all was sent: tried again', atOnce(TAKEN), /answered 200 before it had all/],
          ['503 before all was sent: tried again', atOnce(BUSY), /503/],
          ['101, which nobody asked for: tried again', atOnce(SWITCHING), /cannot reach.*it answered 101/],
          ['200 when all was read: delivered', whenRead(TAKEN), undefined],
        ]
        for (const [title, begins, says] of rows)
          test(`${title}${says ? ', and the connection is closed' : ''}`, async t => {
            const { endpoint, sockets, options } = await startServer(t, scheme, begins)
            const exporter = create(endpoint, { timeout: '20s', compression, ...options })
            t.after(() => exporter.stop?.())
            const outcome = await exporter.export(batchOf([LARGE]), NEVER).catch((error: unknown) => error)
            const [socket] = sockets
            assert.ok(socket)
            if (says === undefined) {
              assert.deepEqual((outcome as { rejected: unknown }).rejected, [])
              return
            }
            assert.ok(outcome instanceof RetryableError)
            assert.match(`${outcome.message} ${outcome.cause}`, says)
            const closed = once(socket, 'close')
            socket.resume()
            await closed
            assert.ok(socket.bytesRead < BYTES / 2)
          })
      })
