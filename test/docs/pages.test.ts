import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import { COMPONENTS } from '../../src/components.ts'
import { loadConfig } from '../../src/config/load.ts'
import { runCli } from '../cli.ts'
import { tempDir } from '../temp-dir.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
]
const SECTIONS = new Set([
  'receivers',
  'processors',
  'exporters',
  'attributes',
  'cluster',
  'resource',
  'service',
  'tests',
])

const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8')

/** The YAML on a page that is a configuration, or a part of one. */
function configurationsOn(page: string): string[] {
  const blocks = [...textOf(page).matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = '']) => yaml)
  return blocks.filter(yaml => Object.keys(parse(yaml) ?? {}).every(key => SECTIONS.has(key)))
}

/** What stands on a page as a command of auditship's: its words. */
function commandsOn(page: string): string[][] {
  const text = textOf(page)
  const inText = [...text.matchAll(/`auditship ([^`]+)`/g)]
  const onLines = [...text.matchAll(/^ {4}(?:\$ )?auditship ([a-z].*)$/gm)]
  return [...inText, ...onLines].map(([, words = '']) =>
    words
      .replace(/\s+#.*/, '')
      .trim()
      .split(/\s+/),
  )
}

suite('a configuration on a page is valid', () => {
  for (const page of PAGES)
    for (const [index, yaml] of configurationsOn(page).entries())
      test(`${page}, number ${index + 1}`, async t => {
        const folder = await tempDir(t)
        // A part of a configuration is completed: with what it does not name, nothing is to be wrong.
        const part: Record<string, unknown> = parse(yaml)
        const missing = [
          ...(part.receivers === undefined ? ['receivers: { auditLog: {} }'] : []),
          ...(part.exporters === undefined ? [`exporters: { debug: {}, file: { path: ${folder}/x } }`] : []),
        ]
        const text = `${yaml}\n${missing.join('\n')}\n`.replaceAll(
          /\$\{(file|env):[^}]*\}/g,
          'http://sixteen.characters',
        )
        await loadConfig({
          text,
          file: join(folder, 'auditship.yaml'),
          env: {},
          types: COMPONENTS,
          attributes: ATTRIBUTES,
        })
      })
})

suite('a command on a page is one, and so are its options', () => {
  const help = new Map<string, Promise<string>>()
  for (const page of PAGES)
    for (const words of commandsOn(page)) {
      const [command = ''] = words
      test(`${page}: ${words.join(' ')}`, async t => {
        const text = await (help.get(command) ??
          help
            .set(
              command,
              runCli(t, [command, '--help']).then(({ stdout }) => stdout),
            )
            .get(command))
        assert.match(text ?? '', new RegExp(`Usage: auditship ${command}\\b`))
        for (const option of words.filter(word => /^--?[a-z]/.test(word)))
          assert.ok((text ?? '').includes(option.replace(/=.*/, '')), `${option} of ${command}`)
      })
    }
})

suite('a link on a page leads somewhere', () => {
  for (const page of PAGES)
    test(page, () => {
      const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link)
      for (const link of links) {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page : join(dirname(page), path)
        assert.ok(existsSync(join(ROOT, target)), link)
        if (anchor !== undefined) assert.ok(anchorsOf(target).includes(anchor), link)
      }
    })
})

/** Anchors as GitHub makes them of titles. */
function anchorsOf(page: string): string[] {
  const titles = [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title)
  return titles.map(title =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
