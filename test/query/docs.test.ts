import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { QUESTIONS } from '../../src/query/questions.ts'
import { runCli, startCli } from '../cli.ts'
import { samplePath } from '../samples.ts'
import { tempDir } from '../temp-dir.ts'

const PAGE = readFileSync(new URL('../../docs/query.md', import.meta.url), 'utf8')
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const SESSION = samplePath('apiserver-v1.36.3-session.jsonl')
const EXAMPLES = [...(/```sh\n(.*?)```/s.exec(PAGE)?.[1] ?? '').matchAll(/^(?!#).+$/gm)].map(([line]) => line)

/** A folder with the log that the examples are about. */
async function folder(t: Parameters<typeof tempDir>[0]): Promise<string> {
  const cwd = await tempDir(t)
  copyFileSync(SESSION, join(cwd, 'audit.log'))
  writeFileSync(join(cwd, 'audit.log.1.gz'), gzipSync(readFileSync(samplePath('audit2rbac-demo.jsonl'))))
  return cwd
}

suite('docs/query.md', () => {
  test('lists every question', () => {
    const listed = [...PAGE.matchAll(/^\| `([a-z-]+)(?: [A-Z]+)?` \|/gm)].map(([, name]) => name)
    assert.deepEqual(
      listed.filter(name => QUESTIONS.some(question => question.name === name)),
      QUESTIONS.map(({ name }) => name),
    )
  })

  for (const example of EXAMPLES.filter(line => !/--provider|--follow/.test(line))) {
    test(`answers: ${example}`, async t => {
      const cwd = await folder(t)
      const child = spawn(
        'bash',
        ['-ec', `auditship() { "$NODE" "$CLI" "$@"; }; set -o pipefail; ${example}`],
        {
          cwd,
          env: { ...process.env, NODE: process.execPath, CLI },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ])
      const file = />\s*(\S+)$/.exec(example)?.[1]
      const answer = file === undefined ? stdout : readFileSync(join(cwd, file), 'utf8')
      assert.equal(code, 0)
      assert.match(stderr, /^(auditship: \d+ of \d+ rows; --limit 0 shows all\n)?$/)
      assert.ok(answer.split('\n').length > 2, answer)
    })
  }

  test('of a provider whose log is not on this machine, its path is named', async t => {
    const example = EXAMPLES.find(line => line.includes('--provider')) ?? assert.fail('no such example')
    const { stderr, code } = await runCli(t, example.split(' ').slice(1), { cwd: await folder(t) })
    assert.match(stderr, /\/var\/lib\/rancher\/k3s\/server\/logs\/audit\.log/)
    assert.equal(code, 1)
  })

  test('follows', async t => {
    const example = EXAMPLES.find(line => line.includes('--follow')) ?? assert.fail('no such example')
    const cwd = await folder(t)
    const run = startCli(t, example.split(' ').slice(1), { cwd })
    const exec =
      readFileSync(SESSION, 'utf8')
        .split('\n')
        .find(line => line.includes('/exec?')) ?? ''
    // Until it follows, nothing is shown; what is there at its start counts as read.
    while (run.stdout() === '') {
      appendFileSync(join(cwd, 'audit.log'), `${exec.replace('RequestReceived', 'ResponseStarted')}\n`)
      await run.says(/exec/, 1_000).catch(() => {})
    }
    run.child.kill('SIGINT')
    assert.equal(await run.ended, 0)
  })
})
