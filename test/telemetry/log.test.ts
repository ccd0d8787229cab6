import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { after, afterEach, before, beforeEach, describe, mock, test } from 'node:test'
import { createLog } from '../../src/telemetry/log.ts'
import type { LogLevel } from '../../src/telemetry/log-level.ts'
import { scoped } from '../../src/telemetry/scoped.ts'
import { logRecordsOf, type OtlpLogRecord } from '../servers/otlp-json.ts'

/** Collects what is written. */
class Collected extends Writable {
  readonly isTTY: boolean
  text = ''

  constructor({ isTTY = false } = {}) {
    super()
    this.isTTY = isTTY
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk
    done()
  }
}

const withoutTime = (line: string) => line.replace(/^\d\d:\d\d:\d\d /, '')

async function logged(level: LogLevel, stream = new Collected()) {
  return { stream, log: await createLog({ level, format: 'text', stream }) }
}

describe('lines', () => {
  test('text is time, level, message and attributes', async () => {
    const { stream, log } = await logged('debug')
    log.debug('reads', { file: '/var/log/audit.log', offset: 12 })
    log.info('started')
    log.warn('slow', { pipeline: 'main', reason: 'no answer' })
    log.error('stuck', { empty: '' })
    for (const line of stream.lines) assert.match(line, /^\d\d:\d\d:\d\d /)
    assert.deepEqual(stream.lines.map(withoutTime), [
      'DEBUG reads  file=/var/log/audit.log offset=12',
      'INFO  started',
      'WARN  slow  pipeline=main reason="no answer"',
      'ERROR stuck  empty=""',
    ])
  })

  test('JSON is one object a line', async () => {
    const stream = new Collected()
    const log = await createLog({ level: 'info', format: 'json', stream })
    log.warn('two\nlines', { bytes: 3, ready: false })
    log.info('started')
    const [first, second] = stream.lines.map(line => JSON.parse(line))
    assert.ok(Math.abs(Date.parse(first.time) - Date.now()) < 60_000)
    assert.deepEqual(
      { ...first, time: '' },
      { time: '', level: 'WARN', message: 'two\nlines', attributes: { bytes: 3, ready: false } },
    )
    assert.deepEqual({ ...second, time: '' }, { time: '', level: 'INFO', message: 'started' })
  })

  test('a terminal gets text, anything else JSON, unless the format is set', async () => {
    const terminal = new Collected({ isTTY: true })
    const pipe = new Collected()
    for (const stream of [terminal, pipe]) (await createLog({ level: 'info', stream })).info('hello')
    assert.match(terminal.text, /hello$/m)
    assert.equal(JSON.parse(pipe.text).message, 'hello')
  })

  const levels: [LogLevel, string[]][] = [
    ['debug', ['DEBUG a', 'INFO  b', 'WARN  c', 'ERROR d']],
    ['info', ['INFO  b', 'WARN  c', 'ERROR d']],
    ['warn', ['WARN  c', 'ERROR d']],
    ['error', ['ERROR d']],
  ]
  for (const [level, expected] of levels) {
    test(`level ${level} writes ${expected.length} of the four levels`, async () => {
      const { stream, log } = await logged(level)
      log.debug('a')
      log.info('b')
      log.warn('c')
      log.error('d')
      assert.deepEqual(stream.lines.map(withoutTime), expected)
    })
  }

  test('terminal escapes and line breaks in messages and attributes are shown, not obeyed', async () => {
    const { stream, log } = await logged('info')
    log.warn('answered \x1b[2J\r\nroot', { file: 'a\u009b1mb\u202ec d' })
    assert.deepEqual(stream.lines.map(withoutTime), [
      'WARN  answered \\u{1b}[2J\\u{d}\\u{a}root  file="a\\u{9b}1mb\\u{202e}c d"',
    ])
  })
})

describe('colours', () => {
  const cases: [string, Record<string, string>, boolean, boolean][] = [
    ['a terminal is coloured', { TERM: 'xterm' }, true, true],
    ['a pipe is not', { TERM: 'xterm' }, false, false],
    ['NO_COLOR leaves a terminal plain', { TERM: 'xterm', NO_COLOR: '1' }, true, false],
    ['FORCE_COLOR colours a pipe', { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0 leaves a terminal plain', { TERM: 'xterm', FORCE_COLOR: '0' }, true, false],
  ]
  const program = `
    import { createLog } from ${JSON.stringify(new URL('../../src/telemetry/log.ts', import.meta.url).href)}
    import { WriteStream } from 'node:tty'
    const terminal = Object.assign(process.stderr, { isTTY: process.argv[1] === 'true' })
    if (terminal.isTTY) terminal.getColorDepth = env => WriteStream.prototype.getColorDepth.call(terminal, env)
    ;(await createLog({ level: 'info', format: 'text' })).error('hello')`
  for (const [title, env, isTTY, expected] of cases) {
    test(title, () => {
      const args = ['--no-warnings', '--input-type=module', '-e', program, String(isTTY)]
      const { stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
      assert.match(stderr, /hello/)
      assert.equal(stderr.includes('\x1b['), expected, stderr)
    })
  }
})

describe('repeats', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  test('the same message within ten seconds is written once and then counted', async () => {
    const { stream, log } = await logged('info')
    for (let offset = 0; offset < 42; offset++) log.warn('not JSON', { offset })
    assert.deepEqual(stream.lines.map(withoutTime), ['WARN  not JSON  offset=0'])
    mock.timers.tick(10_000)
    assert.deepEqual(stream.lines.map(withoutTime).slice(1), [
      'WARN  not JSON (repeated 41 times)  offset=41',
    ])
  })

  test('messages that differ in numbers only are written three times, the others counted', async () => {
    const { stream, log } = await logged('info')
    const kept = (byte: number) => `1 event(s) (the first: byte ${byte} of /a.log) kept`
    for (let byte = 0; byte < 60; byte++) log.error(kept(byte * 9), { pipeline: 'main' })
    mock.timers.tick(10_000)
    assert.deepEqual(
      stream.lines.map(line => withoutTime(line).replace('  pipeline=main', '')),
      [
        ...[0, 9, 18].map(byte => `ERROR ${kept(byte)}`),
        `ERROR ${kept(59 * 9)} (repeated 57 times, numbers may differ)`,
      ],
    )
  })

  test('a second status is written, however often the first was repeated', async () => {
    const { stream, log } = await logged('info')
    for (let i = 0; i < 9; i++) log.warn('answered 503')
    log.warn('answered 429')
    assert.deepEqual(stream.lines.map(withoutTime), ['WARN  answered 503', 'WARN  answered 429'])
    mock.timers.tick(10_000)
    assert.equal(
      withoutTime(stream.lines[2] ?? ''),
      'WARN  answered 503 (repeated 8 times, numbers may differ)',
    )
  })

  test('what was done is written for each file, however many', async () => {
    const { stream, log } = await logged('info')
    for (let day = 1; day <= 9; day++) log.info(`dropped audit_events_${day}`)
    assert.equal(stream.lines.length, 9)
  })

  test('a message that stays alone is not counted', async () => {
    const { stream, log } = await logged('info')
    log.warn('odd')
    mock.timers.tick(10_000)
    log.warn('odd')
    mock.timers.tick(10_000)
    assert.deepEqual(stream.lines.map(withoutTime), ['WARN  odd', 'WARN  odd'])
  })

  test('other levels, messages and components are no repeats', async () => {
    const { stream, log } = await logged('info')
    log.warn('stuck')
    log.error('stuck')
    log.warn('stuck', { component: 'otlp' })
    log.warn('stuck', { component: 'file' })
    assert.equal(stream.lines.length, 4)
  })

  test('a flush reports what was counted so far', async () => {
    const { stream, log } = await logged('info')
    log.warn('odd')
    log.warn('odd')
    await log.forceFlush()
    assert.deepEqual(stream.lines.map(withoutTime), ['WARN  odd', 'WARN  odd (repeated once)'])
  })
})

test('scoped adds attributes to each line, and a line’s own win', async () => {
  const { stream, log } = await logged('debug')
  const component = scoped(scoped(log, { pipeline: 'main' }), { component: 'file' })
  component.debug('a')
  component.info('b', { size: 1 })
  component.warn('c', { component: 'other' })
  component.error('d')
  assert.deepEqual(stream.lines.map(withoutTime), [
    'DEBUG a  pipeline=main component=file',
    'INFO  b  pipeline=main component=file size=1',
    'WARN  c  pipeline=main component=other',
    'ERROR d  pipeline=main component=file',
  ])
})

test('forceFlush waits until a slow stream has taken everything', async () => {
  let written = ''
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      written += chunk
      setImmediate(done)
    },
  })
  const log = await createLog({ level: 'info', format: 'text', stream })
  for (const message of ['a', 'b', 'c']) log.info(message)
  await log.forceFlush()
  assert.deepEqual(written.split('\n').slice(0, -1).map(withoutTime), ['INFO  a', 'INFO  b', 'INFO  c'])
})

test('a stream that nobody reads any more does no harm', async () => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
  const log = await createLog({ level: 'info', stream })
  log.info('one')
  log.info('two')
  await log.shutdown()
})

describe('OTLP', () => {
  let answer = 200
  const received: { path: string; authorization: string | undefined; records: OtlpLogRecord[] }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { authorization } = request.headers
    received.push({ path: request.url ?? '', authorization, records: logRecordsOf(body) })
    response.writeHead(answer, { 'content-type': 'application/json' }).end('{}')
  })
  let endpoint = ''

  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.close())
  beforeEach(() => {
    received.length = 0
    answer = 200
  })

  test('shutdown sends every record with severity, attributes, resource and headers', async () => {
    const stream = new Collected()
    const otlp = { endpoint, headers: { authorization: 'Bearer t' } }
    const log = await createLog({ level: 'info', stream, otlp, resource: { 'k8s.node.name': 'cp-1' } })
    log.info('started', { bytes: 3 })
    log.error('stuck')
    log.error('stuck')
    await log.shutdown()
    assert.deepEqual(
      received.map(({ path, authorization }) => [path, authorization]),
      [['/v1/logs', 'Bearer t']],
    )
    const records = received[0]?.records ?? []
    assert.deepEqual(
      records.map(({ body, severityNumber, severityText, attributes }) => [
        body,
        severityNumber,
        severityText,
        attributes,
      ]),
      [
        ['started', 9, 'INFO', { bytes: 3 }],
        ['stuck', 17, 'ERROR', {}],
        ['stuck (repeated once)', 17, 'ERROR', {}],
      ],
    )
    assert.deepEqual(records[0]?.resource, { 'service.name': 'auditship', 'k8s.node.name': 'cp-1' })
    assert.equal(stream.lines.length, 3)
  })

  test('a refusal by the backend is told on stderr, and not to the backend', async () => {
    answer = 400
    const stream = new Collected()
    const log = await createLog({ level: 'info', format: 'text', stream, otlp: { endpoint } })
    log.info('started')
    await log.forceFlush()
    log.info('stopped')
    await log.shutdown()
    assert.match(stream.text, /WARN {2}cannot send the agent's own log by OTLP, it is here only: /)
    assert.equal(stream.lines.filter(line => line.includes('cannot send')).length, 2)
    assert.deepEqual(
      received.flatMap(({ records }) => records.map(record => record.body)),
      ['started', 'stopped'],
    )
  })
})
