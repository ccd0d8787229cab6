import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { savedObjectsNdjson } from '../../deploy/opensearch-dashboards/ndjson.ts'
import { queriesPage } from '../../deploy/opensearch-dashboards/queries-page.ts'
import { NDJSON, savedObjects, searchSourceOf, sourceOf } from './saved-objects.ts'

const GENERATE = 'run `npx node deploy/opensearch-dashboards/generate.ts`'
const OBJECTS = savedObjects()
const named = ({ type, id }: { type: string; id: string }) => `${type} ${id}`

/** The fields that OpenSearch Dashboards takes of each type: its index is strict, another one fails the import. */
const ATTRIBUTES: Readonly<Record<string, RegExp>> = {
  'index-pattern': /^(title|timeFieldName)$/,
  search: /^(title|description|columns|sort|version|hits|kibanaSavedObjectMeta)$/,
  visualization:
    /^(title|description|visState|uiStateJSON|version|savedSearchRefName|kibanaSavedObjectMeta)$/,
  dashboard:
    /^(title|description|panelsJSON|optionsJSON|timeRestore|timeFrom|timeTo|version|hits|kibanaSavedObjectMeta)$/,
}

interface Panel {
  readonly panelIndex: string
  readonly panelRefName: string
  readonly gridData: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
    readonly i: string
  }
}

suite('saved objects for OpenSearch Dashboards', () => {
  test('the file is what the list of questions makes', () => {
    assert.equal(NDJSON, savedObjectsNdjson(), GENERATE)
  })

  test('docs/queries.md is what the list of questions makes', () => {
    const page = readFileSync(new URL('../../docs/queries.md', import.meta.url), 'utf8')
    assert.equal(page, queriesPage(), GENERATE)
  })

  test('two index patterns, two dashboards, and no object twice', () => {
    const names = OBJECTS.map(named)
    assert.equal(new Set(names).size, names.length)
    const patterns = OBJECTS.filter(({ type }) => type === 'index-pattern').map(
      ({ attributes }) => attributes,
    )
    assert.deepEqual(patterns, [
      { title: 'k8s-audit*', timeFieldName: '@timestamp' },
      { title: 'change_events', timeFieldName: 'timestamp' },
    ])
    assert.equal(OBJECTS.filter(({ type }) => type === 'dashboard').length, 2)
  })

  for (const object of OBJECTS) {
    test(`${named(object)} has what its type has, and refers to what stands before it`, () => {
      const before = OBJECTS.slice(0, OBJECTS.indexOf(object)).map(named)
      for (const reference of object.references) assert.ok(before.includes(named(reference)), reference.name)
      for (const key of Object.keys(object.attributes)) assert.match(key, ATTRIBUTES[object.type] ?? /^$/)
      const used = referencesUsedBy(object.attributes)
      assert.deepEqual(object.references.map(({ name }) => name).sort(), used.sort())
    })
  }

  for (const saved of OBJECTS.filter(({ type }) => type === 'search')) {
    test(`${named(saved)} has a Lucene query, a title of its own, and the newest first`, () => {
      const { index, lucene } = searchSourceOf(saved)
      assert.notEqual(lucene, '')
      const time = index === 'change_events' ? 'timestamp' : '@timestamp'
      assert.deepEqual(saved.attributes.sort, [[time, 'desc']])
      const same = OBJECTS.filter(
        ({ type, attributes }) => type === 'search' && attributes.title === saved.attributes.title,
      )
      assert.deepEqual(same, [saved])
    })
  }

  for (const dashboard of OBJECTS.filter(({ type }) => type === 'dashboard')) {
    test(`${named(dashboard)}: its panels lie side by side within 48 columns`, () => {
      const taken = new Set<string>()
      for (const { gridData, panelIndex } of panelsOf(dashboard.attributes)) {
        assert.equal(gridData.i, panelIndex)
        assert.ok(gridData.x + gridData.w <= 48)
        for (let x = gridData.x; x < gridData.x + gridData.w; x++) {
          for (let y = gridData.y; y < gridData.y + gridData.h; y++) {
            assert.ok(!taken.has(`${x},${y}`), `two panels at ${x},${y}`)
            taken.add(`${x},${y}`)
          }
        }
      }
      assert.ok(taken.size > 0)
    })
  }
})

const panelsOf = ({ panelsJSON }: Readonly<Record<string, unknown>>): Panel[] =>
  JSON.parse(String(panelsJSON ?? '[]'))

/** The names of references in an object's own JSON: all of which has to parse. */
function referencesUsedBy(attributes: Readonly<Record<string, unknown>>): string[] {
  for (const [key, value] of Object.entries(attributes))
    if (/JSON$|^visState$/.test(key)) JSON.parse(String(value))
  const source =
    'kibanaSavedObjectMeta' in attributes ? sourceOf({ attributes, id: '', type: '', references: [] }) : {}
  const panels = panelsOf(attributes).map(({ panelRefName }) => panelRefName)
  const single = [source.indexRefName, attributes.savedSearchRefName].filter(name => typeof name === 'string')
  return [...single, ...panels]
}
