import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { startBulkBackend } from './bulk-backend.ts'
import { deliveryWith, linesOf, someEvents } from './opensearch-delivery.ts'
import { answering, type Fault, hanging, startFrontend } from './opensearch-frontend.ts'

const JSON_TYPE = 'application/json; charset=UTF-8'
const TAKEN = '{"create":{"status":201}}'
const PAGE = '<html><head><title>Maintenance</title></head></html>'

/** Takes the request, and closes the connection in the middle of an answer of 1,000 bytes. */
const cutAnswer =
  (headers: Record<string, string | number>): Fault =>
  (incoming, response) => {
    incoming.resume().on('end', () => {
      response.writeHead(200, { 'content-type': JSON_TYPE, ...headers })
      response.write(`{"items":[${TAKEN},`, () => incoming.socket.destroy())
    })
  }

/** Answers with the head and then nothing. */
const stalling: Fault = (incoming, response) => {
  incoming.resume()
  response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': 1000 })
  response.write('{"items":[')
}

/** A 200 with blanks for as long as anyone reads. */
const endless: Fault = (incoming, response) => {
  incoming.resume()
  response.writeHead(200, { 'content-type': JSON_TYPE })
  const blanks = Buffer.alloc(1 << 20, ' ')
  const more = () => {
    while (response.write(blanks));
  }
  response.on('drain', more)
  more()
}

/** `error`: an operator has to look at it. */
const rows: [title: string, fault: Fault, level: 'warn' | 'error', message: RegExp][] = [
  [
    'a reset before the request is read',
    incoming => incoming.socket.destroy(),
    'warn',
    /cannot reach http\S+: (socket hang up|read ECONNRESET|write EPIPE)/,
  ],
  [
    'a reset after it',
    incoming => void incoming.resume().on('end', () => incoming.socket.destroy()),
    'warn',
    /cannot reach http\S+: socket hang up/,
  ],
  ['no answer', hanging, 'warn', /no answer from http\S+ within 500 ms/],
  ['half an answer and then nothing', stalling, 'warn', /no answer from http\S+ within 500 ms/],
  [
    'an answer cut in the middle',
    cutAnswer({ 'content-length': 1000 }),
    'warn',
    /cannot reach http\S+: the answer broke off/,
  ],
  ['a chunked answer cut in the middle', cutAnswer({}), 'warn', /cannot reach http\S+: the answer broke off/],
  ['an answer without end', endless, 'warn', /cannot reach http\S+: the answer has over 16777216 bytes/],
  [
    'malformed JSON',
    answering(200, JSON_TYPE, `{"items":[${TAKEN},`),
    'warn',
    /answered 200 with application\/json.*, expected valid JSON, found "\{/,
  ],
  ['no body', answering(200, JSON_TYPE, ''), 'warn', /answered 200 .*expected valid JSON, found ""/],
  [
    'JSON that is no answer to a bulk',
    answering(200, JSON_TYPE, '{"acknowledged":true}'),
    'warn',
    /expected an answer for 20 items of a bulk, found something else/,
  ],
  ['null', answering(200, JSON_TYPE, 'null'), 'warn', /expected an answer for 20 items/],
  [
    'items that say nothing',
    answering(200, JSON_TYPE, `{"items":[${Array(20).fill('{}')}]}`),
    'error',
    /items put off/,
  ],
  [
    'items that are none',
    answering(200, JSON_TYPE, `{"items":[${Array(10).fill('{"create":null},null')}]}`),
    'error',
    /items put off/,
  ],
  [
    'an answer for fewer items',
    answering(200, JSON_TYPE, `{"items":[${Array(19).fill(TAKEN)}]}`),
    'warn',
    /expected an answer for 20 items of a bulk, found an answer for 19/,
  ],
  [
    'an answer for more items',
    answering(200, JSON_TYPE, `{"items":[${Array(21).fill(TAKEN)}]}`),
    'warn',
    /found an answer for 21/,
  ],
  [
    'a page of a proxy with 200',
    answering(200, 'text/html', PAGE),
    'error',
    /answered 200 with text\/html, expected JSON \(is the endpoint an OpenSearch node\?\), found "<html>/,
  ],
  [
    'a page of a proxy with 400',
    answering(400, 'text/html', PAGE),
    'error',
    /answered a bulk with 400: <html>/,
  ],
  [
    'JSON of a proxy with 400',
    answering(400, JSON_TYPE, '{"error":{"code":400,"message":"no route"}}'),
    'error',
    /with 400: \{"code":400,"message":"no route"\}/,
  ],
  [
    'a redirect',
    (incoming, response) =>
      void incoming.resume().on('end', () => response.writeHead(302, { location: '/login' }).end()),
    'error',
    /answered a bulk with 302/,
  ],
  [
    '401',
    answering(401, 'text/plain', 'Unauthorized'),
    'error',
    /answered a bulk with 401 \(check username, .*\): Unauthorized/,
  ],
  [
    '403 in words of Amazon',
    answering(403, JSON_TYPE, '{"Message":"User: anonymous is not authorized to perform: es:ESHttpPost"}'),
    'error',
    /with 403 .*: \{"Message":"User: anonymous is not authorized/,
  ],
  ['404', answering(404, 'text/html', PAGE), 'error', /with 404 \(is the endpoint an OpenSearch node\?\)/],
  ['408', answering(408, 'text/plain', 'slow'), 'warn', /with 408: slow/],
  [
    '429',
    answering(
      429,
      JSON_TYPE,
      '{"error":{"type":"rejected_execution_exception","reason":"busy"},"status":429}',
    ),
    'warn',
    /with 429: rejected_execution_exception: busy/,
  ],
  ['500', answering(500, 'text/plain', ''), 'warn', /with 500: no reason given/],
  ['502', answering(502, 'text/html', PAGE), 'warn', /with 502: <html>/],
  [
    '503 of the security plugin',
    answering(503, 'text/plain', 'OpenSearch Security not initialized.'),
    'warn',
    /with 503: OpenSearch Security not initialized/,
  ],
  ['503 with malformed JSON', answering(503, JSON_TYPE, '{"error'), 'warn', /with 503: \{"error/],
]

suite('an answer that acknowledges nothing: all events are sent again, and none is a dead letter', () => {
  for (const [title, fault, level, message] of rows) {
    test(title, async t => {
      const backend = await startBulkBackend(t)
      const node = await startFrontend(t, backend)
      node.breakWith(fault, 2)
      const delivery = await deliveryWith(t, {
        endpoints: [node.endpoint],
        timeout: '500ms',
        maxRequestSize: '1MiB',
      })
      const events = someEvents(20)
      await delivery.consume(events)
      assert.deepEqual(await backend.received(), linesOf(events))
      assert.equal(backend.attempts(), 1)
      const { delivered: count, deadLettered, retries } = delivery.counters
      assert.deepEqual({ count, deadLettered, retries }, { count: 20, deadLettered: 0, retries: 2 })
      assert.deepEqual(await delivery.deadLetters(), [])
      const [first = '', last = ''] = [delivery.said[0], delivery.said.at(-1)]
      assert.match(
        first,
        new RegExp(`^${level} cannot deliver since \\S+, will go on trying; nothing is lost: `),
      )
      assert.match(first, message)
      assert.match(last, /^info delivers again/)
      assert.equal(delivery.failure(), undefined)
    })
  }
})
