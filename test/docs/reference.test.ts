import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { attributesPage } from '../../docs/pages/attributes.ts'
import { configurationPage } from '../../docs/pages/configuration.ts'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import { COMPONENTS } from '../../src/components.ts'
import { describeComponents, describeOptions } from '../../src/config/describe.ts'
import { frameSchema, SECTIONS } from '../../src/config/frame.ts'

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

suite('the pages that are made are as they are made: npm run docs', () => {
  test('docs/configuration.md', () => assert.equal(page('configuration.md'), configurationPage()))
  test('docs/attributes.md', () => assert.equal(page('attributes.md'), attributesPage()))
})

test('every option of every component and of the rest is on the page, with words', () => {
  const listing = describeComponents(COMPONENTS)
  const ofComponents = SECTIONS.flatMap(section => listing[section].flatMap(({ options }) => options))
  const frame = describeOptions(frameSchema({ receivers: [], processors: [], exporters: [] }, COMPONENTS))
  const text = page('configuration.md')
  for (const { name, description } of [...ofComponents, ...frame]) {
    if (['receivers', 'processors', 'exporters', 'tests'].includes(name)) continue
    assert.ok(text.includes(`| \`${name}\` |`), name)
    assert.notEqual(description, '', name)
  }
})

test('every attribute is on the page', () => {
  for (const { name } of ATTRIBUTES) assert.ok(page('attributes.md').includes(`| \`${name}\` |`), name)
})
