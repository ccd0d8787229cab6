import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { serverAddress } from '../../src/postgres/server-address.ts'

const NOTHING = {
  host: undefined,
  port: undefined,
  user: undefined,
  password: undefined,
  database: undefined,
}
const VERIFIED = { insecureSkipVerify: false }

const CASES: readonly (readonly [url: string, expected: object, place: string])[] = [
  [
    'postgres://shipper:p%40ss@db.example.com:5433/audit',
    { host: 'db.example.com', port: 5433, user: 'shipper', password: 'p@ss', database: 'audit' },
    'postgres://db.example.com:5433/audit',
  ],
  ['postgresql://', {}, 'postgres://localhost/'],
  ['postgres:///audit', { database: 'audit' }, 'postgres://localhost/audit'],
  [
    'postgres://%2Fvar%2Frun%2Fpostgresql/audit',
    { host: '/var/run/postgresql', database: 'audit' },
    'postgres:///var/run/postgresql/audit',
  ],
  [
    'postgres:///audit?host=/run/pg&port=5433&user=a&password=secret',
    { host: '/run/pg', port: 5433, user: 'a', password: 'secret', database: 'audit' },
    'postgres:///run/pg:5433/audit',
  ],
  ['postgres://[::1]:5432/a', { host: '::1', port: 5432, database: 'a' }, 'postgres://[::1]:5432/a'],
  ['postgres://db/a?sslmode=disable', { host: 'db', database: 'a' }, 'postgres://db/a'],
  ['postgres://db/a?sslmode=prefer', { host: 'db', database: 'a' }, 'postgres://db/a'],
  ['postgres://db/a?sslmode=require', { host: 'db', database: 'a', tls: VERIFIED }, 'postgres://db/a'],
  [
    'postgres://db/a?sslmode=verify-full&sslrootcert=/ca.pem',
    { host: 'db', database: 'a', tls: { ...VERIFIED, caFile: '/ca.pem' } },
    'postgres://db/a',
  ],
  [
    'postgres://db/a?options=-c%20search_path%3Dx&connect_timeout=5&options=y',
    { host: 'db', database: 'a', ignored: ['options', 'connect_timeout'] },
    'postgres://db/a',
  ],
  [
    'postgres://db/a?sslmode=no-verify',
    { host: 'db', database: 'a', tls: { insecureSkipVerify: true } },
    'postgres://db/a',
  ],
]

suite('the address of a PostgreSQL server', () => {
  for (const [url, expected, place] of CASES)
    test(url, () => {
      assert.deepEqual(serverAddress(url, undefined), {
        ...NOTHING,
        tls: undefined,
        ignored: [],
        ...expected,
        place,
      })
    })

  test('the option tls wins over the URL', () => {
    const tls = { insecureSkipVerify: false, caFile: '/own.pem' }
    assert.deepEqual(serverAddress('postgres://db/a?sslmode=disable', tls).tls, tls)
  })

  const WRONG: readonly (readonly [why: string, url: string, expected: RegExp])[] = [
    ['is no URL', 'postgres://a:secret@:x:y/', /url or DATABASE_URL is no URL, expected postgres:/],
    ['has a bad escape', 'postgres://a:secret%zz@db/a', /has a % that is no escape, .* write % as %25/],
    ['names several hosts', 'postgres://a:secret@h1,h2/a', /names several hosts, expected one/],
    ['names several hosts and ports', 'postgres://a:secret@h1:1,h2:2/a', /names several hosts, expected one/],
    ['names several hosts as a parameter', 'postgres:///a?password=secret&host=h1,h2', /several hosts/],
  ]
  for (const [why, url, expected] of WRONG)
    test(`what ${why} is refused and not quoted: it may hold a password`, () => {
      assert.throws(
        () => serverAddress(url, undefined),
        error => {
          assert.match(String(error), expected)
          assert.doesNotMatch(String(error), /secret/)
          return true
        },
      )
    })

  test('a comma in a password names no second host', () => {
    assert.equal(serverAddress('postgres://a:x,y@db/a', undefined).password, 'x,y')
  })
})
