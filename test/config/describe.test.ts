import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { describeComponents } from '../../src/config/describe.ts'
import { formatListing } from '../../src/config/describe-text.ts'
import { TYPES } from './fake-types.ts'

const LISTING = `receivers:

  auditLog: Follows an audit log
    pathPrefix   string                 Folder of the audit log
    maxInFlight  number  default 4      Batches read ahead
    maxLine      size    default 16MiB  Longest line

processors:

  filter: Drops events
    verbs  list of string  required  Verbs to drop

exporters:

  otlp: Sends OTLP
    endpoint     string                    required      Where to send
    compression  "gzip" | "zstd" | "none"  default gzip  Content encoding
    timeout      duration                  default 30s   Limit of one attempt
    headers      map of secret                           Sent with each request
    password     secret                                  Password
    tls.caFile   string                                  CA certificates
    tls.verify   boolean                   default true  Check the certificate

  debug: Prints events

  store: One of two forms
    url        string
    retention  duration  default 30d
    folder     string
    rotate     boolean   default false
`

suite('the listing of components', () => {
  test('as text shows each option with its type, default and description, aligned', () => {
    assert.equal(formatListing(describeComponents(TYPES)), LISTING)
  })

  test('leaves out sections without components', () => {
    const text = formatListing(
      describeComponents({ receivers: [], processors: [], exporters: TYPES.exporters }),
    )
    assert.ok(text.startsWith('exporters:'))
  })

  test('is plain data that survives JSON', () => {
    const listing = describeComponents(TYPES)
    assert.deepEqual(listing.exporters[0]?.options[2], {
      name: 'timeout',
      type: 'duration',
      required: false,
      default: '30s',
      description: 'Limit of one attempt',
    })
    const [filter] = JSON.parse(JSON.stringify(listing)).processors
    assert.equal(filter.options[0].required, true)
  })
})
