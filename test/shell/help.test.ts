import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { EXAMPLES } from '../../src/commands/examples.ts'
import { runCli } from '../cli.ts'
import { tempDir } from '../temp-dir.ts'
import { missing } from './missing.ts'

test('each command has examples in its help, of options that it has', async t => {
  const { stdout } = await runCli(t, ['--help'])
  const list = /Commands:\n(.*?)\n\n/s.exec(stdout)?.[1] ?? ''
  const commands = [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name)
  const own = commands.filter(name => name !== 'help')
  assert.ok(own.length >= 13, stdout)
  assert.deepEqual(Object.keys(EXAMPLES).sort(), own.filter(name => name !== 'query').sort())
  await Promise.all(
    own.map(async name => {
      const help = await runCli(t, [name, '--help'])
      assert.equal(help.code, 0)
      const [options = '', examples] = help.stdout.split('Examples:\n')
      assert.ok(examples, name)
      for (const [, flag = ''] of examples.matchAll(/ (--?[a-z][a-z-]*)/g))
        if (examples.includes(`auditship ${name}`) && !/man -l/.test(examples))
          assert.match(options, new RegExp(`${flag}[ ,]`), `${name}: ${flag}`)
    }),
  )
})

test('the manual page names every command, and troff takes it', { skip: missing('groff') }, async t => {
  const { stdout, code } = await runCli(t, ['man'])
  assert.equal(code, 0)
  for (const name of [...Object.keys(EXAMPLES), 'query'])
    assert.match(stdout, new RegExp(`^\\.SS ${name}`, 'm'))
  const path = join(await tempDir(t), 'auditship.1')
  await writeFile(path, stdout)
  assert.equal(
    execFileSync('groff', ['-man', '-Tutf8', '-ww', '-z', path], { encoding: 'utf8', stdio: 'pipe' }),
    '',
  )
  const plain = ['-P-c', '-P-b', '-P-u']
  const page = execFileSync('groff', ['-man', '-Tutf8', ...plain, path], { encoding: 'utf8' })
  for (const words of [
    'auditship run --config auditship.yaml --once',
    '--set a.b=value',
    '5  doctor: warnings',
  ])
    assert.ok(page.includes(words), words)
  assert.match(stdout, /^ {2}5 {2}\\fBdoctor\\fR: warnings/m)
  assert.ok(!page.includes('`'), page)
})
