import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { alikeItems } from '../../src/exporters/opensearch/alike-items.ts'

const CREATED = '{"create":{"_index":".ds-k8s-audit-000001","status":201}}'
const UPDATED = '{"update":{"status":200}}'
const FAILED = '{"create":{"status":400,"error":{"type":"x","reason":"a } in \\"it\\""}}}'

suite('the answer to a bulk', () => {
  const whole: [title: string, text: string][] = [
    ['items that are all alike', `{"items":[${CREATED},${CREATED},${CREATED}]}`],
    ['one item', `{"items":[${UPDATED}]}`],
    ['items of two kinds', `{"items":[${CREATED},${UPDATED},${UPDATED},${CREATED}]}`],
    ['what a stand-in says before its items', `{"took":3,"errors":false,"items":[${CREATED},${CREATED}]}`],
    ['an item that begins like the one before', '{"items":[{"create":{"a":1}},{"create":{"a":12}}]}'],
  ]
  for (const [title, text] of whole)
    test(`is read as JSON.parse would: ${title}`, () => assert.deepEqual(alikeItems(text), JSON.parse(text)))

  test('has one object for all items of the same text in a row', () => {
    const { items } = alikeItems(`{"items":[${CREATED},${CREATED},${UPDATED}]}`) as { items: unknown[] }
    assert.equal(items[0], items[1])
    assert.notEqual(items[1], items[2])
  })

  const others: [title: string, text: string][] = [
    ['an item with an error', `{"items":[${CREATED},${FAILED}]}`],
    ['no items', '{"items":[]}'],
    ['another answer', '{"error":{"type":"x"},"status":503}'],
    ['something behind the items', `{"items":[${CREATED}],"took":[]}`],
    ['an answer that broke off', `{"items":[${CREATED},{"create":{"st`],
    ['no comma between items', `{"items":[${CREATED}${CREATED}]}`],
    ['a comma too many', `{"items":[${CREATED},]}`],
    ['text', 'OK'],
  ]
  for (const [title, text] of others)
    test(`is left to JSON.parse: ${title}`, () => assert.equal(alikeItems(text), undefined))

  test('is no JSON when an item is none', () => {
    assert.throws(() => alikeItems('{"items":[{"create":{"status":}}]}'), SyntaxError)
  })
})
