// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import * as z from 'zod'
import { hideUrlPasswords } from '../../src/config/hidden.ts'
import { printConfig } from '../../src/config/print.ts'
import { load } from './fake-types.ts'

const TEXT = `receivers: { auditLog: { pathPrefix: "\${env:FOLDER}" } }
exporters:
  otlp:
    endpoint: https://joe:hunter2@host/
    password: hunter2
    headers: { Authorization: Bearer hunter2 }
  store: { folder: a }
cluster: { name: prod }
`

const PRINTED = `receivers:
  auditLog:
    pathPrefix: "0042"
    maxInFlight: 4
    maxLine: 16MiB
processors: {}
exporters:
  otlp:
    endpoint: https://joe:<hidden>@host/
    compression: gzip
    timeout: 30s
    headers:
      Authorization: <hidden>
    password: <hidden>
    tls:
      verify: true
  store:
    folder: a
    rotate: false
attributes:
  include: []
  exclude: []
  add: {}
cluster:
  name: prod
resource:
  service.name: kube-apiserver
  log_type: controlplane
  k8s.node.name: cp-1
service:
  stateDir: /var/lib/auditship
  shutdownTimeout: 10s
  deadLetters:
    maxSize: 1GiB
  log:
    level: info
  http: {}
  metrics: {}
  pipelines:
    default:
      receivers:
        - auditLog
      processors: []
      exporters:
        - otlp
        - store
      redact: true
`

suite('the printed configuration', () => {
  test('has defaults filled in, units as they are written, and secrets hidden', async () => {
    const { printable } = await load(TEXT, { env: { FOLDER: '0042', NODE_NAME: 'cp-1' } })
    assert.equal(printConfig(printable), PRINTED)
  })

  test('is a configuration itself, and prints the same', async () => {
    const { printable } = await load(PRINTED.replace('joe:<hidden>@', ''), { env: {} })
    assert.equal(printConfig(printable), PRINTED.replace('joe:<hidden>@', ''))
  })

  test('hides what came from a file, whichever option it is', async t => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'auditship-print-'))
    t.after(() => rm(folder, { recursive: true }))
    await writeFile(path.join(folder, 'token'), 'hunter2')
    const { printable } = await load(`${TEXT}resource: { a: "x-\${file:${folder}/token}" }\n`, {
      env: { FOLDER: 'f' },
    })
    assert.match(printConfig(printable), /^ {2}a: <hidden>$/m)
  })
})

suite('a value of which the schema says nothing', () => {
  const schema = z.strictObject({ free: z.unknown(), mapping: z.unknown() })
  test('is hidden', () => {
    const raw = { free: 'a', mapping: { b: ['c', 1] } }
    assert.deepEqual(parse(printConfig({ schema, raw, origins: new Map() })), {
      free: '<hidden>',
      mapping: { b: '<hidden>' },
    })
  })
})

suite('in any text', () => {
  const rows = [
    ['https://joe:pw@host:1/x', 'https://joe:<hidden>@host:1/x'],
    ['postgres://joe:p@s/w#?rd@host/db', 'postgres://joe:<hidden>@host/db'],
    ['https://:pw@host', 'https://:<hidden>@host'],
    ['postgres://host/db?user=joe&password=pw&x=1', 'postgres://host/db?user=joe&password=<hidden>&x=1'],
    ['see http://a:b@c and http://d:e@f', 'see http://a:<hidden>@c and http://d:<hidden>@f'],
    ['http://host:4318/v1/logs', 'http://host:4318/v1/logs'],
    ['joe@host', 'joe@host'],
  ] as const
  for (const [text, shown] of rows) {
    test(`${text} is shown as ${shown}`, () => assert.equal(hideUrlPasswords(text), shown))
  }
})
