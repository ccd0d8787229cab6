import assert from 'node:assert/strict'
import { once } from 'node:events'
import { appendFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import * as z from 'zod'
import { Agent } from '../../src/agent.ts'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import { COMPONENTS } from '../../src/components.ts'
import { loadConfig } from '../../src/config/load.ts'
import { createAgent } from '../../src/index.ts'
import { listenAddress } from '../../src/telemetry/http/listen-address.ts'
import { DEFAULT_LISTEN } from '../../src/telemetry/service.ts'
import { startOtlpBackend } from '../exporters/otlp-backend.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'
import { eventLine, logInto, startServed } from './served-agent.ts'

const TO_NOWHERE = { exporters: { file: { path: '/dev/null' } } }

interface ReadyAnswer {
  readonly ready: boolean
  readonly phase: string
  readonly problems: readonly { pipeline: string; component: string; since: string; reason: string }[]
}

suite('probes', () => {
  test('an agent at work is live and ready', async t => {
    const { url } = await startServed(t, '', TO_NOWHERE)
    const live = await fetch(url('/livez'))
    assert.deepEqual([live.status, await live.text()], [200, 'ok\n'])
    const ready = await fetch(url('/readyz'))
    assert.equal(ready.status, 200)
    assert.deepEqual(await ready.json(), { ready: true, phase: 'running', problems: [] })
  })

  test('one that cannot deliver is live and not ready, and says what does not work, since when and why', async t => {
    const backend = await startOtlpBackend(t)
    backend.answerWith(() => ({ status: 503 }))
    const begin = Date.now()
    const { url } = await startServed(t, eventLine(1), {
      exporters: { otlp: { endpoint: backend.endpoint } },
    })
    await waitUntil(async () => (await fetch(url('/readyz'))).status === 503, 'it has failed')
    const { ready, problems } = (await (await fetch(url('/readyz'))).json()) as ReadyAnswer
    const [problem, another] = problems
    assert.deepEqual(
      [ready, problem?.pipeline, problem?.component, another],
      [false, 'default', 'otlp', undefined],
    )
    assert.match(problem?.reason ?? '', /\/v1\/logs answered 503/)
    const since = Date.parse(problem?.since ?? '')
    assert.ok(since >= begin && since <= Date.now(), problem?.since)
    assert.equal((await fetch(url('/livez'))).status, 200)
    backend.answerWith(undefined)
    await waitUntil(async () => (await fetch(url('/readyz'))).status === 200, 'it is ready')
  })

  test('what a backend says of an event it refused is not shown', async t => {
    const backend = await startOtlpBackend(t)
    backend.answerWith(() => ({ status: 400, body: 'cannot take the value hunter2' }))
    const { agent, url } = await startServed(t, eventLine(1), {
      exporters: { otlp: { endpoint: backend.endpoint } },
    })
    await waitUntil(async () => (await fetch(url('/readyz'))).status === 503, 'the letter is written')
    assert.match(agent.readiness().problems[0]?.reason ?? '', /hunter2/)
    const shown = await (await fetch(url('/readyz'))).text()
    assert.match(shown, /"deadLetters"/)
    assert.match(shown, /1 undeliverable event.*auditship replay/)
    assert.doesNotMatch(shown + (await (await fetch(url('/metrics'))).text()), /hunter2/)
  })

  test('while it starts and while it stops it is live and not ready', async t => {
    const dir = await tempDir(t)
    const said: string[] = []
    const [starting, stopping] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const slow = {
      type: 'slow',
      description: 'Takes its time.',
      options: z.strictObject({}),
      create: () => ({
        start: () => starting.promise,
        stop: () => stopping.promise,
        export: async () => ({ deferred: [], rejected: [] }),
      }),
    }
    const agent = await createAgent(
      {
        receivers: { auditLog: { pathPrefix: dir, filename: 'audit.log' } },
        exporters: { slow: {} },
        service: { stateDir: join(dir, 'state'), http: { listen: '127.0.0.1:0' } },
      },
      { log: logInto(said), components: { exporters: [slow] } },
    )
    const started = agent.start()
    await waitUntil(() => said.some(text => text.includes('answers')), 'it answers')
    const base = /answers .* on (\S+)/.exec(said.join('\n'))?.[1] ?? ''
    const phase = async () => ((await (await fetch(`${base}/readyz`)).json()) as ReadyAnswer).phase
    assert.deepEqual([(await fetch(`${base}/readyz`)).status, await phase()], [503, 'starting'])
    assert.equal((await fetch(`${base}/livez`)).status, 200)
    starting.resolve()
    await started
    assert.equal(await phase(), 'running')
    const stopped = agent.stop()
    assert.equal(await phase(), 'stopping')
    assert.equal((await fetch(`${base}/livez`)).status, 200)
    stopping.resolve()
    await stopped
    await assert.rejects(fetch(`${base}/livez`))
  })
})

suite('requests', () => {
  const rows: [title: string, method: string, path: string, status: number, body: RegExp][] = [
    ['a query is ignored', 'GET', '/livez?verbose', 200, /^ok\n$/],
    ['HEAD answers without a body', 'HEAD', '/readyz', 200, /^$/],
    ['HEAD of metrics too', 'HEAD', '/metrics', 200, /^$/],
    [
      'another path is answered with those there are',
      'GET',
      '/',
      404,
      /^there are \/livez, \/readyz, \/metrics\n$/,
    ],
    ['a path named like a property of objects too', 'GET', '/constructor', 404, /^there are/],
    ['another method is refused', 'POST', '/metrics', 405, /^expected GET or HEAD\n$/],
  ]
  for (const [title, method, path, status, body] of rows)
    test(title, async t => {
      const { url } = await startServed(t, '', TO_NOWHERE)
      const answer = await fetch(url(path), { method })
      assert.equal(answer.status, status)
      assert.match(await answer.text(), body)
    })

  test('metrics are of the type that Prometheus asks for', async t => {
    const { url } = await startServed(t, '', TO_NOWHERE)
    const type = (await fetch(url('/metrics'))).headers.get('content-type')
    assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8')
  })

  test('a hundred connections that say nothing keep no probe out, nor the agent from stopping', async t => {
    const { agent, url } = await startServed(t, '', TO_NOWHERE)
    const port = Number(new URL(url('/')).port)
    const idle = Array.from({ length: 100 }, () => openSocket(t, port))
    await Promise.all(idle.map(socket => once(socket, 'connect')))
    assert.equal((await fetch(url('/livez'))).status, 200)
    await waitUntil(() => idle.filter(socket => !socket.closed).length <= 32, 'the oldest were ended', 2_000)
    const begin = performance.now()
    await agent.stop()
    assert.ok(performance.now() - begin < 2_000)
  })
})

function openSocket(t: TestContext, port: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  t.after(() => socket.destroy())
  return socket.resume()
}

suite('where it listens', () => {
  test('an address that is taken ends the start with what to do, when it was asked for', async t => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    t.after(() => taken.close())
    const listen = `127.0.0.1:${(taken.address() as AddressInfo).port}`
    const start = startServed(t, '', { ...TO_NOWHERE, service: { http: { listen } } })
    await assert.rejects(start, (error: Error) => {
      assert.ok(error.message.startsWith(`cannot listen on ${listen}; set service.http.listen to another`))
      assert.match(String(error.cause), /EADDRINUSE/)
      return true
    })
  })

  test('by default one that is taken is a warning, and events are delivered', async t => {
    const backend = await startOtlpBackend(t)
    const { host, port } = listenAddress(DEFAULT_LISTEN)
    const taken = createServer()
    // Another auditship on this machine will do as well.
    await new Promise<void>(resolve => {
      taken.on('error', () => resolve()).listen(port, host, resolve)
    })
    t.after(() => taken.close())
    const dir = await tempDir(t)
    const log = join(dir, 'audit.log')
    await appendFile(log, eventLine(1))
    const said: string[] = []
    const agent = await defaultAgent(dir, backend.endpoint, said, true)
    t.after(() => agent.stop())
    await agent.start()
    await waitUntil(async () => (await backend.received()).length === 1, 'the event has arrived')
    const warning = said.find(text => text.startsWith('WARN'))
    assert.match(
      warning ?? '',
      /does not answer \/livez.*cannot listen on 127.0.0.1:9464: .*EADDRINUSE.*service.http.listen to another address, or to none/,
    )
  })

  test('a library’s agent opens no port unless it is told to', async t => {
    const backend = await startOtlpBackend(t)
    const said: string[] = []
    const agent = await defaultAgent(await tempDir(t), backend.endpoint, said, false)
    t.after(() => agent.stop())
    await agent.start()
    assert.ok(!said.some(text => text.includes('/livez')), said.join('\n'))
  })

  const addresses: [text: string, host: string | undefined, port: number][] = [
    ['127.0.0.1:9464', '127.0.0.1', 9464],
    ['localhost:80', 'localhost', 80],
    ['[::1]:9464', '::1', 9464],
    [':9464', undefined, 9464],
  ]
  for (const [text, host, port] of addresses)
    test(`${text} is taken apart`, () => assert.deepEqual(listenAddress(text), { host, port }))

  for (const listen of ['9464', '::1:9464', 'host', 'host:http', '127.0.0.1:99999'])
    test(`${listen} is no address`, async t => {
      await assert.rejects(
        startServed(t, '', { ...TO_NOWHERE, service: { http: { listen } } }),
        /expected HOST:PORT/,
      )
    })
})

async function defaultAgent(
  dir: string,
  endpoint: string,
  said: string[],
  listenByDefault: boolean,
): Promise<Agent> {
  const { config } = await loadConfig({
    text: JSON.stringify({
      receivers: { auditLog: { pathPrefix: dir, filename: 'audit.log' } },
      exporters: { otlp: { endpoint } },
      service: { stateDir: join(dir, 'state') },
    }),
    file: 'configuration',
    env: {},
    types: COMPONENTS,
    attributes: ATTRIBUTES,
  })
  return new Agent(config, { log: logInto(said), listenByDefault })
}
