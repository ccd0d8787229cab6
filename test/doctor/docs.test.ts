import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { runCli } from '../cli.ts'
import { samplePath } from '../samples.ts'
import { bareMachine } from './machine.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8')
const COMMANDS = [...PAGE.matchAll(/^ {4}auditship (.+)$/gm)].map(([, args = '']) => args)
const INLINE = [...PAGE.matchAll(/`auditship ([a-z]+ --[^`]+)`/g)].map(([, args = '']) => args)

/** All text that doctor and what it asks can say. */
const SOURCES = ['src/doctor', 'src/receivers/audit-log', 'src/exporters/otlp', 'src/http']
  .flatMap(folder => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
  .filter(entry => entry.isFile())
  .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n')

suite('docs/troubleshooting.md', () => {
  for (const args of [...COMMANDS, ...INLINE])
    test(`auditship ${args} is understood, and does what it says`, async t => {
      const machine = await bareMachine(t)
      await mkdir(machine.at('/etc/auditship'), { recursive: true })
      const config = `receivers: { auditLog: { provider: k3s } }\nexporters: { debug: {} }\nservice: { stateDir: ${machine.at('/state')} }\n`
      await writeFile(machine.at('/etc/auditship/auditship.yaml'), config)
      if (args.startsWith('test')) await writeFile(machine.at('auditship.yaml'), config)
      await copyFile(samplePath('audit2rbac-demo.jsonl'), machine.at('audit.log'))
      const here = args.replaceAll(/(?<= )\/(?=etc|host)/g, `${machine.root}/`)
      const { stdout, stderr, code } = await runCli(t, here.split(' '), { cwd: machine.root })
      const isDoctor = args.startsWith('doctor')
      assert.ok(isDoctor ? code === 1 || code === 5 : code === 0, stderr)
      assert.match(stdout, isDoctor ? /\n\d+ errors, \d+ warnings, \d+ ok\n$/ : /./)
    })

  test('names what doctor says', () => {
    const table = /## What it finds\n(.*?)\n##/s.exec(PAGE)?.[1] ?? ''
    const said = [...table.matchAll(/^\| (`.+?`) \|/gm)].flatMap(
      ([, cell = '']) => cell.match(/[^`]{4,}/g) ?? [],
    )
    assert.ok(said.length >= 16, table)
    // In the sources a value stands where the page has an example of one.
    const isSaid = (words: string) => SOURCES.includes(words.replace(/ (401|otlp)$/, ''))
    assert.deepEqual(
      said.filter(words => !isSaid(words)),
      [],
    )
  })

  test('names pages and files that are there', () => {
    for (const [, link = ''] of PAGE.matchAll(/\]\(([^)#]+)/g))
      assert.ok(existsSync(join(ROOT, 'docs', link)), link)
  })
})
