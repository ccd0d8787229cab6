import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCli } from '../cli.ts'
import { tempDir } from '../temp-dir.ts'

const CONFIG = `
receivers: { auditLog: { provider: k3s } }
processors:
  filter:
    noise: true
    drop:
      - name: lease-renewals
        when: { resource: leases, verb: update, user.username: system:node:* }
exporters: { otlp: { endpoint: "http://localhost:4318" } }
attributes: { add: { team: { path: 'annotations["example.com/team"]' } } }
service: { stateDir: /dev/null/nowhere }
`

const RENEWAL = {
  verb: 'update',
  user: { username: 'system:node:a' },
  objectRef: { resource: 'leases', apiGroup: 'coordination.k8s.io' },
}
const SECRET = {
  verb: 'create',
  user: { username: 'alice' },
  objectRef: { resource: 'secrets' },
  requestObject: { kind: 'Secret', data: { password: 'aHVudGVyMg==' } },
  annotations: { 'example.com/team': 'payments' },
}

async function runTests(
  t: TestContext,
  tests: unknown[],
  args: string[] = [],
  files: Record<string, string> = {},
) {
  const folder = await tempDir(t)
  const config = join(folder, 'auditship.yaml')
  await writeFile(config, `${CONFIG}tests: ${JSON.stringify(tests)}\n`)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return runCli(t, ['test', '--config', config, ...args])
}

const line = (event: object) =>
  `${JSON.stringify({ level: 'Metadata', auditID: 'a', stage: 'ResponseComplete', ...event })}\n`

suite('auditship test', () => {
  test('says of each test that it passed, and exits with 0', async t => {
    const { code, stdout, stderr } = await runTests(
      t,
      [
        { name: 'renewals go', input: RENEWAL, expect: { kept: false, droppedBy: 'filter lease-renewals' } },
        {
          name: 'reads of leases go',
          input: { ...RENEWAL, verb: 'get' },
          expect: { droppedBy: 'filter noise/leases' },
        },
        {
          name: 'a secret stays, hidden',
          input: [SECRET, { ...SECRET, verb: 'update' }],
          expect: {
            kept: true,
            redacted: ['requestObject.data.password'],
            attributes: { team: 'payments', 'k8s.auditlog.resource': 'secrets', operation: null },
          },
        },
        { name: 'from a file', file: 'events.jsonl', expect: { kept: true } },
      ],
      [],
      { 'events.jsonl': line(SECRET) + line({ verb: 'get' }) },
    )
    assert.equal(
      stdout,
      'ok   renewals go\nok   reads of leases go\nok   a secret stays, hidden\nok   from a file\n\n4 passed, 0 failed\n',
      stderr,
    )
    assert.equal(code, 0)
  })

  test('says what a failed test expected and what it found, and exits with 1', async t => {
    const { code, stdout } = await runTests(
      t,
      [
        { name: 'fine', input: SECRET, expect: { kept: true } },
        { name: 'kept?', input: [SECRET, RENEWAL], expect: { kept: true } },
        { name: 'which rule?', input: RENEWAL, expect: { droppedBy: 'filter noise/leases' } },
        { name: 'where?', input: SECRET, expect: { redacted: ['requestObject.data'] } },
        { name: 'what?', file: 'events.jsonl', expect: { attributes: { team: 'x', verb: null } } },
        { name: 'not there', input: RENEWAL, expect: { attributes: { verb: 'update' } } },
      ],
      [],
      { 'events.jsonl': line({}) + line({ verb: 'get', annotations: { 'example.com/team': 'x' } }) },
    )
    assert.equal(
      stdout,
      `ok   fine
FAIL kept?
    event 2, kept:
      expected "kept"
      found    "dropped by filter lease-renewals"
FAIL which rule?
    droppedBy:
      expected "dropped by filter noise/leases"
      found    "dropped by filter lease-renewals"
FAIL where?
    redacted:
      expected ["requestObject.data"]
      found    ["requestObject.data.password"]
FAIL what?
    events.jsonl:1, team:
      expected "x"
      found    null
    events.jsonl:2, verb:
      expected null
      found    "get"
FAIL not there
    attributes:
      expected "an event with attributes"
      found    "dropped by filter lease-renewals"

1 passed, 5 failed
`,
    )
    assert.equal(code, 1)
  })

  test('--json writes an object for each test', async t => {
    const tests = [{ name: 'kept?', input: RENEWAL, expect: { kept: true } }]
    const { code, stdout } = await runTests(t, tests, ['--json'])
    const found = 'dropped by filter lease-renewals'
    const differences = [{ event: '', of: 'kept', expected: 'kept', found }]
    assert.deepEqual(JSON.parse(stdout), { name: 'kept?', passed: false, differences })
    assert.equal(code, 1)
  })

  test('without tests and events to try it exits with 2', async t => {
    const { code, stderr } = await runTests(t, [])
    assert.match(stderr, /the configuration has no `tests`, and there is no --input/)
    assert.equal(code, 2)
  })

  test('a file of a test that has no event on a line is named', async t => {
    const tests = [{ name: 'odd', file: 'events.jsonl', expect: { kept: true } }]
    const { code, stderr } = await runTests(t, tests, [], { 'events.jsonl': `${line({})}garbage\n` })
    assert.match(stderr, /test "odd": events.jsonl:2: no audit event, but not JSON/)
    assert.equal(code, 1)
  })

  test('tests that say nothing, or name what there is not, are problems of the configuration', async t => {
    const { code, stderr } = await runTests(t, [
      { name: 'a', input: {}, file: 'x', expect: { kept: true } },
      { name: 'b', input: {}, expect: {} },
      { name: 'c', input: {}, expect: { kpt: true } },
    ])
    assert.match(stderr, /tests.0: expected either input or file/)
    assert.match(stderr, /tests.1.expect: expected kept, droppedBy, attributes or redacted/)
    assert.match(stderr, /tests.2.expect.kpt: unknown key; did you mean "kept"/)
    assert.equal(code, 3)
    const names = await runTests(t, [
      { name: 'd', pipeline: 'defualt', input: {}, expect: { attributes: { verbs: 'get' } } },
    ])
    assert.match(names.stderr, /no attribute "verbs" is written; did you mean "verb"/)
    assert.match(names.stderr, /no pipeline "defualt"; did you mean "default"/)
  })
})

test('run says at its end what was dropped by which rule', async t => {
  const folder = await tempDir(t)
  const config = join(folder, 'auditship.yaml')
  await writeFile(join(folder, 'audit.log'), line(RENEWAL) + line(RENEWAL) + line(SECRET))
  const set = {
    'receivers.auditLog': { pathPrefix: folder, filename: 'audit.log' },
    exporters: { file: { path: join(folder, 'out.jsonl') } },
    'service.stateDir': join(folder, 'state'),
  }
  await writeFile(config, CONFIG)
  const overrides = Object.entries(set).flatMap(([key, value]) => [
    '--set',
    `${key}=${JSON.stringify(value)}`,
  ])
  const { code, stderr } = await runCli(t, ['run', '--once', '--config', config, ...overrides])
  assert.match(stderr, /"filtered":2,.*"filteredBy":"filter lease-renewals: 2"/)
  assert.equal(code, 0)
})

test('the tests of the ready-made configuration with a filter pass', async t => {
  const config = fileURLToPath(new URL('../../config/filtered.yaml', import.meta.url))
  const { code, stdout } = await runCli(t, ['test', '--config', config])
  assert.match(stdout, /\n3 passed, 0 failed\n$/)
  assert.equal(code, 0)
})

suite('auditship test --input', () => {
  const input = `${line(RENEWAL)}${line(SECRET)}${line({ verb: 'get', userAgent: '\u202e' })}garbage\n`

  test('shows what leaves, what was dropped by which rule and what was redacted where', async t => {
    const folder = await tempDir(t)
    await writeFile(join(folder, 'events.jsonl'), input)
    const { code, stdout } = await runTests(t, [], ['--input', join(folder, 'events.jsonl')])
    const lines = stdout.split('\n')
    assert.deepEqual(lines.slice(0, 3), [
      '1: dropped by filter lease-renewals',
      '2: kept',
      '    redacted requestObject.data.password (secret)',
    ])
    const left = JSON.parse(lines[3] ?? '')
    assert.equal(left.requestObject.data.password, '<redacted>')
    assert.deepEqual({ ...left, requestObject: SECRET.requestObject }, { ...JSON.parse(line(SECRET)) })
    assert.equal(lines[4], '3: kept')
    assert.equal(lines[6], '4: no audit event, but not JSON: it would become a dead letter')
    assert.equal(
      lines[8],
      '1 dropped by filter lease-renewals, 2 kept, 1 would become dead letters, 1 redacted',
    )
    assert.doesNotMatch(stdout, /\u202e|aHVudGVyMg/)
    assert.equal(code, 0)
  })

  test('takes events right behind each other, behind a torn one, and the last one without a newline', async t => {
    const folder = await tempDir(t)
    const file = join(folder, 'events.jsonl')
    const whole = (verb: string) =>
      JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...JSON.parse(line({ verb })) })
    const [one, two] = [whole('get'), whole('list')]
    await writeFile(file, `${one}${two}\n\r\n${one.slice(0, 30)}${two}\n${one}${two}`)
    const { stdout } = await runTests(t, [], ['--input', file])
    const heads = stdout.split('\n').filter(text => /^\d+: /.test(text))
    assert.deepEqual(heads, [
      '1: kept',
      '1: kept',
      '3: no audit event, but torn, the event right behind it is whole: not JSON: it would become a dead letter',
      '3: kept',
      '4: kept',
      '4: kept',
    ])
  })

  test('a file that is not there is named, with the option or test that names it', async t => {
    const { code, stderr } = await runTests(t, [], ['--input', '/nonexistent'])
    assert.match(stderr, /--input \/nonexistent cannot be read: ENOENT/)
    assert.equal(code, 1)
    const tests = [{ name: 'odd', file: 'nope.jsonl', expect: { kept: true } }]
    assert.match((await runTests(t, tests)).stderr, /test "odd": its file cannot be read: ENOENT.*nope.jsonl/)
  })

  test('--json writes an object for each line', async t => {
    const folder = await tempDir(t)
    await writeFile(join(folder, 'events.jsonl'), input)
    const { stdout } = await runTests(t, [], ['--json', '--input', join(folder, 'events.jsonl')])
    const [dropped, kept, plain, garbage] = stdout
      .trim()
      .split('\n')
      .map(text => JSON.parse(text))
    assert.deepEqual(dropped, {
      line: 1,
      outcome: 'dropped',
      droppedBy: 'filter lease-renewals',
      notes: ['dropped by filter lease-renewals'],
      redacted: [],
    })
    assert.deepEqual([kept.outcome, kept.redacted], ['kept', ['requestObject.data.password']])
    assert.equal(kept.attributes['k8s.auditlog.team'], 'payments')
    assert.deepEqual(JSON.parse(plain.event).userAgent, '\u202e')
    assert.deepEqual(garbage.reason, 'no audit event, but not JSON')
  })

  test('a file that is not there is named', async t => {
    const { code, stderr } = await runTests(t, [], ['--input', '/no/such.jsonl'])
    assert.match(stderr, /no such file or directory, open '\/no\/such.jsonl'/)
    assert.equal(code, 1)
  })
})
