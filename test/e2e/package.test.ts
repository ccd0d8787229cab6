import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startCli } from '../cli.ts'
import { tempDir } from '../temp-dir.ts'

const exec = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

// Installs a package with its dependencies from the registry: up to a minute on a cold cache.
test('the package works where it is installed: command, library and types', { timeout: 180_000 }, async t => {
  const dir = await tempDir(t)
  await exec('npm', ['pack', '--pack-destination', dir], { cwd: ROOT })
  const [tarball] = await readdir(dir)
  assert.ok(tarball)
  const home = join(dir, 'home')
  await mkdir(home)
  await writeFile(join(home, 'package.json'), '{"type":"module"}')
  await exec('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', join(dir, tarball)], { cwd: home })

  const installed = join(home, 'node_modules/auditship')
  const readme = await readFile(join(installed, 'README.md'), 'utf8')
  const linked = [...readme.matchAll(/\]\(((?:config|deploy|docs|examples)\/[^)#]+)/g)].map(
    ([, path = '']) => path,
  )
  assert.ok(linked.includes('docs/opensearch.md'))
  for (const path of linked) await access(join(installed, path))

  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}` // `auditship` runs the `node` found there
  const bin = join(home, 'node_modules/.bin/auditship')
  const log = fileURLToPath(new URL('../samples/audit2rbac-demo.jsonl', import.meta.url))
  await writeFile(
    join(home, 'c.yaml'),
    'receivers: { auditLog: {} }\nexporters: { debug: {} }\nservice: { stateDir: state }\n',
  )
  const { stdout } = await exec(bin, ['run', '--once', '--config', 'c.yaml', '--file', log], {
    cwd: home,
    env: { ...process.env, PATH },
  })
  assert.equal(stdout.trim().split('\n').length, 37)

  // The SDK of metrics is loaded when it is asked for: it must have come along.
  const served = startCli(
    t,
    ['run', '--config', 'c.yaml', '--file', log, '--set', 'service.http.listen=127.0.0.1:0'],
    { cwd: home, cli: [join(installed, 'dist/cli.js')] },
  )
  await served.says(/answers .* on http/)
  const url = /answers .* on (http:[^"\s]+)/.exec(served.stderr())?.[1]
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^auditship_ready [01]$/m)

  const program = `
    import { parseEvents, attributesOf } from 'auditship'
    import { readFileSync } from 'node:fs'
    const lines = [...parseEvents(readFileSync(${JSON.stringify(log)}))]
    console.log(lines.length, attributesOf(lines[0].event)['k8s.auditlog.verb'])`
  await writeFile(join(home, 'use.mjs'), program)
  const used = await exec(process.execPath, ['use.mjs'], { cwd: home })
  assert.equal(used.stdout, '37 list\n')

  await writeFile(
    join(home, 'use.ts'),
    `import { type AuditEvent, parseEvent } from 'auditship'\nexport const event: AuditEvent = parseEvent('')\n`,
  )
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  await exec(
    tsc,
    ['--noEmit', '--strict', '--module', 'nodenext', '--skipLibCheck', '--types', '', 'use.ts'],
    { cwd: home },
  )
})
