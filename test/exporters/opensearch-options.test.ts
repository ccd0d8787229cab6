import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nameFor } from '../../src/exporters/opensearch/names.ts'
import { openSearchOptions } from '../../src/exporters/opensearch/options.ts'

const USER = { username: 'ship', password: 'secret' }
const ONE_OF = /expected one of username, bearerTokenFile and aws/
const NAME = /expected a name OpenSearch takes/

/** What cannot work, and what is said of it. */
const WRONG: readonly (readonly [title: string, options: object, message: RegExp])[] = [
  ['one name for both indices', { dataStream: 'a', changeEvents: 'a' }, /another name for changeEvents/],
  [
    'a header beside a user',
    { ...USER, headers: { authorization: 'Bearer x' } },
    /expected a header Authorization or/,
  ],
  [
    'a header beside a token',
    { bearerTokenFile: '/t', headers: { Authorization: 'x' } },
    /a header Authorization or/,
  ],
  ['a user and a token', { ...USER, bearerTokenFile: '/t' }, ONE_OF],
  ['a user and AWS', { ...USER, aws: { region: 'x' } }, ONE_OF],
  ['a token and AWS', { bearerTokenFile: '/t', aws: { region: 'x' } }, ONE_OF],
  ['an endpoint with a query', { endpoints: ['http://a:9200/?pretty'] }, /expected a URL without query/],
  ['an endpoint with a fragment', { endpoints: ['http://a:9200/#x'] }, /expected a URL without query/],
  ['a user with a colon', { ...USER, username: 'a:b' }, /expected a name without colon/],
  ['a part that is not known', { dataStream: '{cluste}' }, NAME],
  ['two dots', { dataStream: 'a..b' }, NAME],
  ['a beginning with an underscore', { changeEvents: '_a' }, NAME],
  ['bulks of nothing', { maxRequestSize: 0 }, /expected a size above 0/],
]

suite('options of the opensearch exporter', () => {
  for (const [title, options, message] of WRONG)
    test(`do not take ${title}`, () => {
      assert.match(openSearchOptions.safeParse(options).error?.message ?? '', message)
    })

  for (const options of [
    {},
    { changeEvents: false },
    { dataStream: '{cluster}-audit', headers: { Authorization: 'ApiKey x' }, endpoints: ['http://a/b'] },
    { ...USER, headers: { 'x-tenant': 'blue' } },
  ])
    test(`take ${JSON.stringify(options)}`, () => assert.ok(openSearchOptions.safeParse(options).success))

  for (const [name, cluster, expected] of [
    ['{cluster}-audit', '_prod', 'prod-audit'],
    ['{cluster}-audit', '-.', 'audit'],
    ['a-{cluster}', '_Prod/1', 'a-_prod-1'],
    ['a.{cluster}', '.b', 'a.b'],
    ['{cluster}', '', 'unknown'],
  ] as const)
    test(`the name ${name} of the cluster ${JSON.stringify(cluster)} is ${expected}`, () =>
      assert.equal(nameFor(name, cluster), expected))
})
