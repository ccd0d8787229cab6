import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  type AttributeDefinition,
  type AttributeKind,
  DEFAULT_ATTRIBUTES,
} from '../../src/audit/attributes.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseJsonPath, valuesAt } from '../../src/audit/json-path.ts'
import { pathAttribute } from '../../src/audit/path-attribute.ts'
import { JsonLinesEncoder } from '../../src/exporters/file/json-lines.ts'
import { auditMapping } from '../../src/exporters/opensearch/audit-mapping.ts'
import { AuditshipDocument } from '../../src/exporters/opensearch/auditship-document.ts'
import { JsonEncoder } from '../../src/otlp/encode-json.ts'
import { ProtobufEncoder } from '../../src/otlp/encode-protobuf.ts'
import { JsonWriter } from '../../src/otlp/json-writer.ts'
import { eventOf } from '../audit/events.ts'
import { decodeExportRequest } from '../otlp/official-decoder.ts'

const own = (name: string, path: string, kind: AttributeKind) =>
  pathAttribute(`k8s.auditlog.${name}`, parseJsonPath(path), kind)

const ATTRIBUTES: readonly AttributeDefinition[] = [
  ...DEFAULT_ATTRIBUTES,
  own('team', 'annotations["example.com/team"]', 'string'),
  own('scopes', 'user.extra.scopes', 'string[]'),
  own('request.replicas', 'requestObject.spec.replicas', 'int'),
  own('request.paused', 'requestObject.spec.paused', 'bool'),
]

/** What an event must show everywhere. */
const EXPECTED = {
  'k8s.auditlog.sample_rate': 10,
  'k8s.auditlog.team': 'zahlung "ä"',
  'k8s.auditlog.scopes': ['a', 'b'],
  'k8s.auditlog.request.replicas': -3,
  'k8s.auditlog.request.paused': false,
}

function event(): AuditEvent {
  const made = eventOf({
    user: { username: 'alice', extra: { scopes: ['a', 'b'] } },
    annotations: { 'example.com/team': 'zahlung "ä"' },
    requestObject: { spec: { replicas: -3, paused: false } },
  })
  made.sampleRate = 10
  return made
}

interface Request {
  resourceLogs: { scopeLogs: { logRecords: { attributes: KeyValue[] }[] }[] }[]
}
interface KeyValue {
  key: string
  value: Record<string, unknown> & { arrayValue?: { values: { stringValue: string }[] } }
}

function attributesOfRequest(request: Request): Record<string, unknown> {
  const attributes = request.resourceLogs[0]?.scopeLogs[0]?.logRecords[0]?.attributes ?? []
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      if (value.arrayValue) return [key, value.arrayValue.values.map(({ stringValue }) => stringValue)]
      return [
        key,
        value.intValue === undefined ? (value.stringValue ?? value.boolValue) : Number(value.intValue),
      ]
    }),
  )
}

const shape = { resource: {}, attributes: ATTRIBUTES }
const WAYS: [title: string, attributesOf: (event: AuditEvent) => Record<string, unknown>][] = [
  [
    'OTLP protobuf',
    e => attributesOfRequest(decodeExportRequest(new ProtobufEncoder(shape).encode([e])) as Request),
  ],
  ['OTLP JSON', e => attributesOfRequest(JSON.parse(new JsonEncoder(shape).encode([e]).toString()))],
  [
    'the JSON lines of a file',
    e => JSON.parse(new JsonLinesEncoder(ATTRIBUTES, {}).encode([e]).toString()).attributes,
  ],
  ['a document of OpenSearch', e => documentOf(e)],
]

function documentOf(event: AuditEvent): Record<string, unknown> {
  const writer = new JsonWriter(Buffer.alloc(100))
  new AuditshipDocument(ATTRIBUTES, {}).write(writer, event, false)
  return JSON.parse(writer.bytes.toString())
}

suite("the user's own attributes and the sample rate", () => {
  for (const [title, attributesOf] of WAYS) {
    test(`are in ${title}`, () => {
      const found = attributesOf(event())
      assert.deepEqual({ ...found, ...EXPECTED }, found)
    })

    test(`are not in ${title} when the event has none`, () => {
      const names = Object.keys(attributesOf(eventOf({})))
      assert.deepEqual(
        names.filter(name => name in EXPECTED),
        [],
      )
    })
  }

  test('survive the repair of bytes that are no UTF-8', () => {
    const broken = event()
    const marked = eventOf({ userAgent: '?' })
    marked.buffer[marked.buffer.indexOf('?')] = 0xff
    marked.sampleRate = 5
    const request = new JsonEncoder(shape).encode([marked, broken]).toString()
    assert.equal(attributesOfRequest(JSON.parse(request))['k8s.auditlog.sample_rate'], 5)
  })

  test('have their types in the mapping of OpenSearch', () => {
    const mapping = auditMapping(ATTRIBUTES, [])
    const typeOf = (name: string) =>
      valuesAt(parseJsonPath(`properties.${name.replaceAll('.', '.properties.')}.type`), mapping)[0]
    assert.deepEqual(Object.keys(EXPECTED).map(typeOf), ['long', 'keyword', 'keyword', 'long', 'boolean'])
  })
})
