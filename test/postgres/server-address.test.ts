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
    'postgres://db/a?sslmode=no-verify',
    { host: 'db', database: 'a', tls: { insecureSkipVerify: true } },
    'postgres://db/a',
  ],
]

suite('the address of a PostgreSQL server', () => {
  for (const [url, expected, place] of CASES)
    test(url, () => {
      assert.deepEqual(serverAddress(url, undefined), { ...NOTHING, tls: undefined, ...expected, place })
    })

  test('the option tls wins over the URL', () => {
    const tls = { insecureSkipVerify: false, caFile: '/own.pem' }
    assert.deepEqual(serverAddress('postgres://db/a?sslmode=disable', tls).tls, tls)
  })

  test('what is no URL is not quoted: it may hold a password', () => {
    assert.throws(
      () => serverAddress('postgres://a:secret@:x:y/', undefined),
      error => {
        assert.match(String(error), /url or DATABASE_URL is no URL, expected postgres:/)
        assert.doesNotMatch(String(error), /secret/)
        return true
      },
    )
  })
})
