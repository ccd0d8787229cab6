import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { attributesOf, DEFAULT_ATTRIBUTES } from '../../src/audit/attributes.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { DebugExporter, type Output } from '../../src/exporters/debug/exporter.ts'
import { debugExporter } from '../../src/exporters/debug/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import type { ComponentContext } from '../../src/pipeline/contracts.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import { silentLog } from '../../src/pipeline/log.ts'
import { printableJson, printableName, shellCommand } from '../../src/terminal/printable.ts'

const SESSION = new URL('../samples/apiserver-v1.36.3-session.jsonl', import.meta.url)
const EVENTS = readFileSync(SESSION, 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => parseEvent(line))
const never = new AbortController().signal

const context: ComponentContext = {
  id: 'debug',
  pipeline: 'main',
  stateDir: tmpdir(),
  log: silentLog,
  problems: new Set(),
  counters: newCounters(),
  attributes: DEFAULT_ATTRIBUTES,
  resource: {},
  once: false,
}

/** What the exporter writes for these events. */
async function shown(events: readonly AuditEvent[], options: Record<string, unknown> = {}): Promise<string> {
  let text = ''
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      text += chunk
      done()
    },
  })
  await create(output, options).export(batchOf(events), never)
  return text
}

function create(output: Output, options: Record<string, unknown> = {}): DebugExporter {
  return new DebugExporter(debugExporter.options.parse(options), context, output)
}

/** The event in a line of the recorded session, counted from 1. */
function recorded(line: number): AuditEvent {
  return EVENTS[line - 1] ?? assert.fail(`the session has no line ${line}`)
}

/** An event with some fields replaced. */
function changed(fields: Record<string, unknown>, line = 118): AuditEvent {
  return parseEvent(JSON.stringify({ ...recorded(line).json(), ...fields }))
}

describe('a line says when, who, what, on which object and how it ended', () => {
  const cases: [string, number, string][] = [
    ['a list', 114, 'bob list pods payments/ 200'],
    ['a request that begins', 113, 'bob list pods payments/ - RequestReceived'],
    [
      'a failure with its reason',
      102,
      'alice get clusterroles.rbac.author….io legacy-impersonator 404 NotFound',
    ],
    ['a subresource', 510, 'alice create pods/eviction payments/node-tuner 201'],
    ['no object', 292, '- get /api?timeout=32s 401 Unauthorized ResponseStarted'],
    ['an impersonated user', 299, 'alice as bob list pods payments/ 200'],
    ['a long impersonated user', 306, 'alice as syst…ments:ledger list secrets payments/ 403 Forbidden'],
    ['an exec', 119, 'bob exec payments/checkout-6846f6f498-4psxn[app] $ ls -la /data 101 allowed'],
    [
      'an exec with a terminal and a shell script',
      128,
      "bob exec payments/ledger-db[postgres] $ sh -c 'echo a&b; rm -rf /tmp/x' tty 101 allowed ResponseStarted",
    ],
    ['an exec with input', 156, 'bob exec payments/ledger-db[metrics] $ sh stdin 101 allowed'],
    ['a refused exec', 266, 'eve exec payments/ledger-db[postgres] $ id 403 denied'],
    ['an exec without authentication', 297, '- exec payments/ledger-db $ id 401 denied ResponseStarted'],
    [
      'an exec behind a node',
      482,
      'alice exec node/worker-1 payments/ledger-db[postgres] $ cat /etc/passwd 200 allowed',
    ],
    ['an attach', 206, 'bob attach payments/ledger-db[metrics] tty 101 allowed'],
    ['a port-forward', 213, 'bob portforward payments/ledger-db 101 allowed'],
    ['a debug container', 224, 'bob debug payments/ledger-db[dbg] image=busybox:1.36 $ sh tty 200 allowed'],
    ['a node proxy', 476, 'alice proxy node/worker-1 /api/v1/nodes/worker-1/proxy/pods 200 allowed'],
  ]
  for (const [title, line, expected] of cases) {
    test(title, async () => {
      const [text = ''] = (await shown([recorded(line)])).split('\n')
      const { stageTimestamp } = recorded(line).json()
      const time = String(stageTimestamp).slice(0, 19).replace('T', ' ')
      assert.equal(text.replace(/ {2,}/g, ' '), `${time} ${expected}`)
    })
  }

  test('an event of a sample says of how many it is one', async () => {
    const event = parseEvent('{"level":"Metadata","auditID":"a","stage":"ResponseComplete","verb":"get"}')
    event.sampleRate = 10
    assert.match(await shown([event]), / - {2}one in 10\n$/)
  })

  test('an event without times and user', async () => {
    const event = parseEvent('{"level":"Metadata","auditID":"a","stage":"Panic"}')
    assert.equal((await shown([event])).replace(/ +/g, ' '), '- - - - - Panic\n')
  })
})

describe('columns', () => {
  const outcomeAt = (line: string) => line.search(/ (\d{3}|-)( [A-Z]\w+)?( {2}[A-Z]\w+)?$/)

  test('stay aligned in the whole session, commands apart', async () => {
    const lines = (await shown(EVENTS)).trimEnd().split('\n')
    const others = lines.filter(line => !/ (exec|attach|portforward|proxy|debug) /.test(line))
    assert.ok(others.length > 300)
    for (const line of others) assert.equal(outcomeAt(line), 111, line)
  })

  test('a long name loses its middle', async () => {
    const name = `${'a'.repeat(300)}-end`
    const user = { username: 'system:serviceaccount:kube-system:replicaset-controller' }
    const objectRef = { resource: 'pods', namespace: 'payments', name }
    const line = (await shown([changed({ user, objectRef, requestURI: '/' })])).trimEnd()
    assert.match(line, / {2}system:servic…t-controller {2}get {10}pods payments\/a+…a+-end {2}101/)
  })

  test('wide characters count twice, combining ones not at all', async () => {
    const line = async (name: string) =>
      shown([changed({ objectRef: { resource: 'pods', namespace: 'x', name }, requestURI: '/' })])
    const plain = (await line('abcd')).length
    assert.equal((await line('数据')).length, plain - 2)
    assert.equal((await line('e\u0301e\u0301e\u0301e\u0301')).length, plain + 4)
  })
})

describe('colours', () => {
  const cases: [string, number, string | undefined][] = [
    ['red for what was denied', 266, '31'],
    ['red for failed authentication', 292, '31'],
    ['cyan for interactive access', 119, '36'],
    ['none for everything else', 114, undefined],
  ]
  for (const [title, line, code] of cases) {
    test(title, async () => {
      const plain = (await shown([recorded(line)], { color: 'never' })).trimEnd()
      const colored = (await shown([recorded(line)], { color: 'always' })).trimEnd()
      assert.equal(colored, code === undefined ? plain : `\x1b[${code}m${plain}\x1b[39m`)
    })
  }

  test('yellow for a failure of the server', async () => {
    const failed = changed({ responseStatus: { code: 500 } }, 114)
    assert.ok((await shown([failed], { color: 'always' })).startsWith('\x1b[33m'))
  })

  const auto: [string, Record<string, string>, boolean, boolean][] = [
    ['auto colours a terminal', { TERM: 'xterm' }, true, true],
    ['auto leaves a pipe plain', { TERM: 'xterm' }, false, false],
    ['NO_COLOR leaves a terminal plain', { TERM: 'xterm', NO_COLOR: '1' }, true, false],
    ['FORCE_COLOR colours a pipe', { FORCE_COLOR: '1' }, false, true],
  ]
  for (const [title, env, isTTY, expected] of auto) {
    test(title, () => {
      const { stdout } = run({ env, before: `const isTTY = ${isTTY}; ${PRETEND}` })
      assert.match(stdout.toString(), /403 denied/)
      assert.equal(stdout.includes('\x1b['), expected)
    })
  }
})

describe('content cannot reach the terminal', () => {
  const hostile: [string, string][] = [
    ['escape sequences', '\x1b[2J\x1b]0;title\x07'],
    ['line breaks', 'a\r\nroot  2026-01-01 forged line'],
    ['C1 controls', '\u009b31m\u0085'],
    ['direction marks', '\u202ereversed\u2066'],
    ['characters without width', 'zero\u200bwidth\ufeff\u00ad'],
    ['line and paragraph separators', '\u2028\u2029'],
    ['lone surrogates', '\ud800 lone \udfff'],
    ['tags and private use', 'tag\u{e0041}\u{f0000}'],
    ['nothing', ''],
  ]
  const anywhere = (text: string) =>
    changed({
      auditID: text,
      verb: text,
      stage: text,
      userAgent: text,
      user: { username: text, groups: [text] },
      impersonatedUser: { username: text },
      objectRef: { resource: text, namespace: text, name: text, apiGroup: text, subresource: text },
      requestURI: text,
      responseStatus: { code: 404, reason: text },
      annotations: { 'authorization.k8s.io/decision': text },
    })
  const exec = (text: string) => {
    const path = encodeURIComponent(text.toWellFormed())
    const objectRef = { resource: 'pods', subresource: 'exec', namespace: text, name: text }
    return changed({ objectRef, requestURI: `/api/v1/x/exec?command=sh&command=${path}&container=${path}` })
  }
  const unprintable = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

  for (const [title, text] of hostile) {
    test(`${title} in any field show as escapes, in text and in JSON, on one line`, async () => {
      for (const event of [anywhere(text), exec(text)]) {
        for (const format of ['text', 'json']) {
          const line = await shown([event], { format })
          assert.ok(line.endsWith('\n'))
          assert.doesNotMatch(line.slice(0, -1), unprintable)
        }
      }
    })
  }

  test('no character at all gets through that a terminal does not simply show', () => {
    for (let first = 0; first < 0x110000; first += 0x1000) {
      const text = String.fromCodePoint(...Array.from({ length: 0x1000 }, (_, i) => first + i))
      const json = printableJson(JSON.stringify(text))
      assert.equal(JSON.parse(json), text)
      assert.doesNotMatch(json + printableName(text) + shellCommand([text]), unprintable)
    }
  })

  test('a name cannot pass for another column: with spaces, quotes or brackets it is quoted', async () => {
    const line = await shown([changed({ user: { username: 'alice  get  x' }, verb: '' }, 114)])
    assert.match(line, / "alice {2}get {2}x" +- +pods payments\//)
    assert.match(await shown([exec('db[x]')]), /"db\[x\]"\/"db\[x\]"\["db\[x\]"\] \$ sh 'db\[x\]'/)
  })

  test('a shell reads the command as the arguments that were sent', () => {
    const argv = [
      'plain',
      '-c',
      'echo a&b; rm -rf /tmp/x',
      "it's",
      "both ' and \x1b[0m \\ ",
      'tab\tnew\nline\r',
      '',
      '$HOME `id` "q" \\',
      'ünï 🚀',
      '\u009b1\u202e2\u{e0041}3',
      '--flag=/x/../y',
      '~',
      '*',
    ]
    const { stdout } = spawnSync('bash', ['--norc', '-c', `printf '%s\\0' ${shellCommand(argv)}`], {
      env: { LC_ALL: 'C.UTF-8' },
    })
    assert.deepEqual(stdout.toString().split('\0').slice(0, -1), argv)
  })

  test('a command as long as a URI may be is shortened in its middle', async () => {
    const line = await shown([changed({ requestURI: `/x?command=${'a'.repeat(100_000)}END` })])
    assert.ok(line.length < 3000)
    assert.match(line, /\$ a+…a+END/)
  })
})

test('format json is the attributes of each event, one object a line', async () => {
  const lines = (await shown(EVENTS, { format: 'json', color: 'always' })).split('\n')
  assert.equal(lines.pop(), '')
  assert.deepEqual(
    lines.map(line => JSON.parse(line)),
    EVENTS.map(event => attributesOf(event)),
  )
})

describe('acknowledged means written', () => {
  test('an export ends when the stream has written its lines', async () => {
    let finish: (() => void) | undefined
    const output = new Writable({
      write: (_chunk, _encoding, done) => {
        finish = done
      },
    })
    let isDone = false
    const exported = create(output)
      .export(batchOf(EVENTS.slice(0, 5)), never)
      .then(() => {
        isDone = true
      })
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(isDone, false)
    finish?.()
    await exported
  })

  test('an agent that stops does not wait for a terminal that has stopped', { timeout: 10_000 }, async () => {
    const output = new Writable({ write: () => {} })
    const stopping = new AbortController()
    const exported = create(output).export(batchOf(EVENTS.slice(0, 5)), stopping.signal)
    stopping.abort(new Error('stopping'))
    await assert.rejects(exported, /^Error: stopping$/)
    await assert.rejects(create(output).export(batchOf([]), stopping.signal), /^Error: stopping$/)
  })

  test('a stream that fails is told of and tried again', async () => {
    const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EIO')) })
    const exported = create(output).export(batchOf(EVENTS.slice(0, 5)), never)
    await assert.rejects(exported, { name: 'RetryableError', message: 'cannot write to stdout' })
  })

  test('a full device is told of', () => {
    const full = openSync('/dev/full', 'w')
    const { stderr, status } = run({ stdout: full })
    closeSync(full)
    assert.match(stderr.toString(), /RetryableError: cannot write to stdout/)
    assert.notEqual(status, 0)
  })

  test('a file on a full disk is told of, even when a part of the lines fitted', t => {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status !== 0) {
      return t.skip('a small disk can be mounted by root only')
    }
    const file = openSync(join(disk, 'out'), 'w')
    spawnSync('umount', ['-l', disk]) // lasts until the file is closed
    const { stderr } = run({ stdout: file, events: 'all' })
    closeSync(file)
    assert.match(stderr.toString(), /RetryableError: cannot write to stdout/)
  })

  test('a file gets every line', () => {
    const path = join(folder, 'out')
    const file = openSync(path, 'w')
    run({ stdout: file, events: 'all' })
    closeSync(file)
    assert.equal(readFileSync(path, 'utf8').trimEnd().split('\n').length, EVENTS.length)
  })

  test('when the reader has seen enough (| head), the program ends quietly', () => {
    const command = 'set -o pipefail; "$0" --no-warnings "$1" all | head -n 1'
    const { stdout, stderr, status } = spawnSync(
      'bash',
      ['--norc', '-c', command, process.execPath, program],
      {
        env: { TIMES: '200' },
        timeout: 20_000,
      },
    )
    assert.equal(stdout.toString().split('\n').length, 2)
    assert.equal(stderr.toString(), '')
    assert.equal(status, 0)
  })
})

let folder = ''
let program = ''

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'debug-exporter-'))
  program = writeProgram('')
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** Makes stdout of a child look like a terminal, or not. */
const PRETEND = `
  Object.defineProperty(process.stdout, 'isTTY', { value: isTTY })
  if (isTTY) process.stdout.getColorDepth = env => WriteStream.prototype.getColorDepth.call(process.stdout, env)`

/** A program that exports the session, or the denied exec of it, to its stdout. */
function writeProgram(before: string): string {
  const url = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href)
  const path = join(folder, `program-${before.length}.ts`)
  writeFileSync(
    path,
    `import { readFileSync } from 'node:fs'
    import { WriteStream } from 'node:tty'
    import { parseEvent } from ${url('src/audit/scan.ts')}
    import { debugExporter } from ${url('src/exporters/debug/index.ts')}
    import { batchOf } from ${url('src/pipeline/batch.ts')}
    process.on('SIGTERM', () => process.exit()) // as the agent, which ends in order
    ${before}
    const lines = readFileSync(${JSON.stringify(fileURLToPath(SESSION))}, 'utf8').trimEnd().split('\\n')
    const events = (process.argv[2] === 'all' ? lines : [lines[265]]).map(line => parseEvent(line))
    const exporter = debugExporter.create(debugExporter.options.parse({}), { attributes: [] })
    for (let times = Number(process.env.TIMES ?? 1); times > 0; times--) {
      await exporter.export(batchOf(events), new AbortController().signal)
    }`,
  )
  return path
}

interface Run {
  readonly env?: Record<string, string>
  readonly before?: string
  readonly stdout?: number
  readonly events?: 'all'
}

function run({ env = {}, before = '', stdout, events }: Run) {
  const path = before === '' ? program : writeProgram(before)
  const args = ['--no-warnings', path, ...(events === undefined ? [] : [events])]
  return spawnSync(process.execPath, args, {
    env,
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    timeout: 20_000,
  })
}
