import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, copyFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { QUESTIONS } from '../../src/query/questions.ts'
import { runCli, startCli } from '../cli.ts'
import { samplePath } from '../samples.ts'
import { tempDir } from '../temp-dir.ts'

const SESSION = samplePath('apiserver-v1.36.3-session.jsonl')
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

/** An exec by `user` at one of its stages. */
function exec(user: string, stage = 'ResponseComplete', more: object = {}): string {
  const event = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `exec-by-${user}`,
    stage,
    requestURI: '/api/v1/namespaces/payments/pods/ledger-db/exec?command=id&container=postgres',
    verb: 'get',
    user: { username: user },
    sourceIPs: ['10.0.0.9'],
    objectRef: { resource: 'pods', subresource: 'exec', namespace: 'payments', name: 'ledger-db' },
    responseStatus: { code: 101 },
    requestReceivedTimestamp: '2026-11-21T10:00:00.000000Z',
    stageTimestamp:
      stage === 'ResponseComplete' ? '2026-11-21T10:01:05.000000Z' : '2026-11-21T10:00:00.000000Z',
    ...more,
  }
  return `${JSON.stringify(event)}\n`
}

async function logFile(t: TestContext, content: string): Promise<string> {
  const path = join(await tempDir(t), 'audit.log')
  await writeFile(path, content)
  return path
}

suite('auditship query', () => {
  test('--help lists every question', async t => {
    const { stdout, code } = await runCli(t, ['query', '--help'])
    assert.equal(code, 0)
    for (const { name } of QUESTIONS) assert.match(stdout, new RegExp(`^  ${name} `, 'm'))
  })

  const wrong: readonly (readonly [title: string, args: string[], says: RegExp])[] = [
    ['no question', [], /which question\? expected one of exec, /],
    ['an unknown question', ['exce'], /no question exce; did you mean exec\?/],
    ['a question without its name', ['user'], /USER is missing: expected auditship query user USER/],
    ['a name too many', ['exec', 'bob'], /exec takes no bob: expected auditship query exec/],
    ['an unknown format', ['exec', '-o', 'xml'], /--output: expected table, json, ndjson, csv; found xml/],
    ['a limit that is none', ['exec', '--limit', 'few'], /--limit: expected a number of rows; found few/],
    [
      'an unknown provider',
      ['exec', '--provider', 'k4s'],
      /--provider: expected k3s, rke2, rke, kubeadm; found k4s/,
    ],
    ['two sources', ['exec', '--file', 'a', '--provider', 'k3s'], /leave out --provider/],
    ['a wrong filter', ['exec', '--file', 'a', '--since', 'today'], /--since: expected a time/],
    [
      'a summary that follows',
      ['top', '--file', 'a', '--follow'],
      /--follow: the answer to top is made of all requests/,
    ],
    [
      'json that follows',
      ['exec', '--file', 'a', '--follow', '-o', 'json'],
      /--follow: expected --output table, ndjson or csv/,
    ],
  ]
  for (const [title, args, says] of wrong) {
    test(`exits with 2 for ${title} and says what is expected`, async t => {
      const { stdout, stderr, code } = await runCli(t, ['query', ...args])
      assert.match(stderr, says)
      assert.deepEqual([stdout, code], ['', 2])
    })
  }

  test('shows a session once: who, from where, into what, with which command, for how long', async t => {
    const path = await logFile(t, exec('bob', 'ResponseStarted') + exec('bob'))
    const { stdout, stderr, code } = await runCli(t, ['query', 'exec', '--file', path])
    assert.equal(
      stdout,
      'STARTED (UTC)        USER  FROM      WHAT  INTO                          COMMAND  OUTCOME      LASTED\n' +
        '2026-11-21 10:00:00  bob   10.0.0.9  exec  payments/ledger-db[postgres]  id       101 allowed   1m05s\n',
    )
    assert.deepEqual([stderr, code], ['', 0])
  })

  test('a session whose end is not in the log is open', async t => {
    const path = await logFile(
      t,
      exec('bob', 'RequestReceived', { responseStatus: undefined }) + exec('bob', 'ResponseStarted'),
    )
    const { stdout } = await runCli(t, ['query', 'exec', '--file', path])
    assert.match(stdout, /101 allowed +open\n$/)
  })

  test('--limit keeps the newest rows, and says so', async t => {
    const all = await runCli(t, ['query', 'secrets', '--file', SESSION])
    const some = await runCli(t, ['query', 'secrets', '--file', SESSION, '--limit', '3'])
    const rows = (output: string) =>
      output
        .trimEnd()
        .split('\n')
        .slice(1)
        .map(line => line.replace(/ +/g, ' '))
    assert.deepEqual(rows(some.stdout), rows(all.stdout).slice(-3))
    assert.match(some.stderr, /^auditship: 3 of \d+ rows; --limit 0 shows all\n$/)
  })

  test('nothing found is said, and is no failure', async t => {
    const { stdout, stderr, code } = await runCli(t, ['query', 'exec', '--file', SESSION, '--user', 'nobody'])
    assert.deepEqual([stdout, stderr, code], ['', 'auditship: nothing found for exec\n', 0])
  })

  test('lines that are no audit events are counted and named, and are no failure', async t => {
    const path = await logFile(t, `{"torn":\n${exec('bob')}garbage\n`)
    const { stdout, stderr, code } = await runCli(t, ['query', 'exec', '--file', path, '-o', 'ndjson'])
    assert.equal(JSON.parse(stdout).user, 'bob')
    assert.match(
      stderr,
      /2 lines that are no audit events were passed over:\n {2}.*audit\.log at byte 0: not JSON\n/,
    )
    assert.equal(code, 0)
  })

  test('a file that cannot be read is a failure, named', async t => {
    const { stderr, code } = await runCli(t, ['query', 'exec', '--file', '/no/such.log'])
    assert.match(stderr, /cannot read \/no\/such\.log: .*no such file/)
    assert.equal(code, 1)
  })

  test('reads the log of a place with its rotated files', async t => {
    const folder = await tempDir(t)
    await writeFile(join(folder, 'audit-2026-11-20T10-00-00.000.log'), exec('old'))
    await writeFile(join(folder, 'audit.log'), exec('new'))
    const { stdout } = await runCli(t, ['query', 'exec', '--path-prefix', folder, '-o', 'csv'])
    assert.deepEqual(stdout.match(/old|new/g)?.[0], 'old')
    assert.match(stdout, /new/)
  })

  test('reads stdin, compressed too, and lets | head end it', async () => {
    const shell = (command: string) =>
      execFileSync('bash', ['-o', 'pipefail', '-c', command], {
        encoding: 'utf8',
        env: { ...process.env, NODE: process.execPath, CLI, LOG: SESSION },
      })
    const fromFile = shell('"$NODE" "$CLI" query requests --file "$LOG" -o ndjson')
    assert.equal(shell('cat "$LOG" | "$NODE" "$CLI" query requests --file - -o ndjson'), fromFile)
    assert.equal(shell('gzip -c "$LOG" | "$NODE" "$CLI" query requests --file - -o ndjson'), fromFile)
    assert.equal(
      shell('"$NODE" "$CLI" query requests --file "$LOG" -o ndjson | head -1'),
      `${fromFile.split('\n')[0]}\n`,
    )
  })

  // Without stderr: on a slow machine the progress bar would be in between.
  test('on a terminal an answer is coloured, fits, and is paged; NO_COLOR is obeyed', async t => {
    const script = (env: NodeJS.ProcessEnv) =>
      onTerminal(t, `stty cols 90 rows 20; "$NODE" "$CLI" query exec --file "$LOG" 2>/dev/null`, env)
    const colored = await script({
      PAGER: 'sed "s/^/paged: /"',
      TERM: 'xterm',
    })
    assert.match(colored, /^paged: .*STARTED/)
    assert.ok(colored.includes('\u001b[31m2026-11-21 08:45:23  eve'))
    const plain = await script({ PAGER: 'cat', NO_COLOR: '1', TERM: 'xterm' })
    assert.ok(!plain.includes('\u001b['))
    for (const line of plain.split('\r\n')) assert.ok([...line].length <= 90, line)
  })
})

/** What a command writes to a terminal. Only these variables are set: CI, for one, turns colours off. */
async function onTerminal(t: TestContext, command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE: process.execPath, CLI, LOG: SESSION, SHELL: '/bin/sh', ...env },
  })
  t.after(() => child.kill())
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  return output
}

suite('auditship query --follow', () => {
  test('shows what happens from now on, through rotations, until Ctrl-C', async t => {
    const path = await logFile(t, exec('before'))
    const run = startCli(t, ['query', 'exec', '--file', path, '--follow', '-o', 'ndjson'])
    // The receiver takes what is there at its start as read; from when on, only its first match tells.
    let n = 0
    while (run.stdout() === '') {
      await appendFile(path, exec(`first-${n++}`))
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    await rename(path, path.replace('.log', '-2026-11-21T11-00-00.000.log'))
    await writeFile(path, exec('rotated', 'ResponseStarted') + exec('rotated'))
    await run.says(/"user":"rotated".*\n.*"user":"rotated"/)
    run.child.kill('SIGINT')
    assert.equal(await run.ended, 0)
    const rows = run
      .stdout()
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as { user: string; stage: string; duration_ms?: number })
    assert.ok(!rows.some(({ user }) => user === 'before'))
    assert.deepEqual(
      rows.filter(({ user }) => user === 'rotated').map(({ stage, duration_ms }) => [stage, duration_ms]),
      [
        ['ResponseStarted', undefined],
        ['ResponseComplete', 65_000],
      ],
    )
  })

  test('--since begins with what is there', async t => {
    const folder = await tempDir(t)
    await mkdir(join(folder, 'logs'))
    const path = join(folder, 'logs', 'audit.log')
    await copyFile(SESSION, path)
    const run = startCli(t, [
      'query',
      'exec',
      '--path-prefix',
      join(folder, 'logs'),
      '--follow',
      '--since',
      '2026-11-21T08:45:45Z',
    ])
    await run.says(/break-glass/)
    await appendFile(path, exec('later'))
    await run.says(/later/)
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 0)
    assert.doesNotMatch(run.stdout(), /mallory/)
  })

  test('follows stdin to its end', async t => {
    const child = spawn(process.execPath, [CLI, 'query', 'exec', '--file', '-', '--follow', '-o', 'csv'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    let output = ''
    child.stdout.on('data', data => {
      output += data
    })
    child.stdin.write(exec('one'))
    while (!output.includes('one')) await once(child.stdout, 'data')
    child.stdin.end(exec('two'))
    const [code] = await once(child, 'close')
    assert.match(output, /one.*two/s)
    assert.equal(code, 0)
  })
})
