import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ATTRIBUTES, type AttributeDefinition, attributesOf } from '../../src/audit/attributes.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { eventTime } from '../../src/audit/event-time.ts'
import { EventScanner, parseEvent } from '../../src/audit/scan.ts'
import { severity } from '../../src/audit/severity.ts'
import { parseTimestampText } from '../../src/audit/time.ts'
import { JsonEncoder } from '../../src/otlp/encode-json.ts'
import { ProtobufEncoder } from '../../src/otlp/encode-protobuf.ts'
import { SAMPLE_LOGS, sampleEvents } from '../samples.ts'
import { decodeExportRequest } from './official-decoder.ts'

const RESOURCE = { 'service.name': 'kube-apiserver', 'k8s.cluster.name': 'größe' }
const ENCODERS = [
  ['protobuf', decodeProtobuf],
  ['json', decodeJson],
] as const

interface Decoded {
  resourceLogs: {
    resource: { attributes: KeyValue[] }
    scopeLogs: { scope: { name: string }; logRecords: DecodedRecord[] }[]
  }[]
}
interface DecodedRecord {
  timeUnixNano?: string
  observedTimeUnixNano: string
  severityNumber: number
  severityText: string
  body: AnyValue
  attributes: KeyValue[]
  eventName: string
}
type AnyValue = {
  stringValue?: string
  boolValue?: boolean
  intValue?: string
  arrayValue?: { values?: AnyValue[] }
}
type KeyValue = { key: string; value: AnyValue }

function decodeProtobuf(events: readonly AuditEvent[], attributes: readonly AttributeDefinition[]): Decoded {
  const bytes = new ProtobufEncoder({ resource: RESOURCE, attributes }).encode(events)
  return decodeExportRequest(bytes) as Decoded
}

function decodeJson(events: readonly AuditEvent[], attributes: readonly AttributeDefinition[]): Decoded {
  return JSON.parse(new JsonEncoder({ resource: RESOURCE, attributes }).encode(events).toString()) as Decoded
}

function plain(value: AnyValue): unknown {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plain)
  if (value.intValue !== undefined) return Number(value.intValue)
  return value.stringValue ?? value.boolValue
}

const asObject = (list: KeyValue[]) => Object.fromEntries(list.map(({ key, value }) => [key, plain(value)]))

function recordsOf(decoded: Decoded): DecodedRecord[] {
  assert.equal(decoded.resourceLogs.length, 1)
  const [logs] = decoded.resourceLogs
  assert.deepEqual(asObject(logs?.resource.attributes ?? []), RESOURCE)
  assert.equal(logs?.scopeLogs.length, 1)
  assert.equal(logs?.scopeLogs[0]?.scope.name, 'auditship')
  return logs?.scopeLogs[0]?.logRecords ?? []
}

for (const [encoding, decode] of ENCODERS) {
  describe(`${encoding}, read back by an independent decoder`, () => {
    for (const name of SAMPLE_LOGS) {
      test(`${name}: every field of every event`, () => {
        const events = sampleEvents(name)
        const records = recordsOf(decode(events, ATTRIBUTES))
        assert.equal(records.length, events.length)
        for (const [index, event] of events.entries()) {
          const record = records[index]
          const source = JSON.parse(event.raw.toString()) as { stageTimestamp?: string; timestamp: string }
          assert.equal(record?.body.stringValue, event.raw.toString())
          assert.equal(
            record?.timeUnixNano,
            String(parseTimestampText(source.stageTimestamp ?? source.timestamp)),
          )
          assert.equal(record?.observedTimeUnixNano, `${event.readAt}000000`)
          assert.equal(record?.severityNumber, severity(event).number)
          assert.equal(record?.severityText, severity(event).text)
          assert.equal(record?.eventName, 'k8s.audit.event')
          assert.deepEqual(asObject(record?.attributes ?? []), attributesOf(event, ATTRIBUTES))
          assert.deepEqual(
            record?.attributes.map(({ key }) => key),
            Object.keys(attributesOf(event, ATTRIBUTES)),
          )
        }
      })
    }

    const odd: [title: string, members: string][] = [
      [
        'all kinds of escapes',
        '"userAgent":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u0026\\u00e9\\u20ac\\ud83d\\ude00"',
      ],
      ['an empty string', '"verb":""'],
      ['an empty list', '"sourceIPs":[]'],
      ['a list with other types in it', '"sourceIPs":["1.1.1.1",null,{"a":["b"]},"\\u0041"]'],
      ['a negative code', '"responseStatus":{"code":-5}'],
      ['a large code', '"responseStatus":{"code":9007199254740991}'],
      [
        'a negative latency',
        '"requestReceivedTimestamp":"2026-01-01T00:00:01.000000Z","stageTimestamp":"2026-01-01T00:00:00.000000Z"',
      ],
      [
        'texts around every length of a copy',
        `"requestURI":"${'x'.repeat(127)}","userAgent":"${'y'.repeat(128)}"`,
      ],
      ['a text of 70,000 bytes', `"requestURI":"${'ä'.repeat(35_000)}"`],
    ]
    for (const [title, members] of odd) {
      test(title, () => {
        const event = parseEvent(`{"level":"Metadata","auditID":"a","stage":"Panic",${members}}`)
        const [record] = recordsOf(decode([event], ATTRIBUTES))
        assert.deepEqual(asObject(record?.attributes ?? []), attributesOf(event, ATTRIBUTES))
        assert.equal(record?.severityText, 'ERROR')
      })
    }

    test('time and latency of timestamps of every form are those the event has', () => {
      const events = timestamps().flatMap(stage =>
        timestamps().map(received => {
          const times = `"requestReceivedTimestamp":${received},"stageTimestamp":${stage}`
          return parseEvent(`{"level":"Metadata","auditID":"a","stage":"x",${times}}`)
        }),
      )
      const records = recordsOf(decode(events, ATTRIBUTES))
      for (const [index, event] of events.entries()) {
        const what = event.raw.toString()
        assert.equal(records[index]?.timeUnixNano ?? '0', String(eventTime(event) ?? 0), what)
        assert.deepEqual(asObject(records[index]?.attributes ?? []), attributesOf(event, ATTRIBUTES), what)
      }
    })

    test('an event without a usable stageTimestamp has no time, which means unknown', () => {
      const event = parseEvent('{"level":"Metadata","auditID":"a","stage":"x","stageTimestamp":"yesterday"}')
      assert.equal(recordsOf(decode([event], ATTRIBUTES))[0]?.timeUnixNano ?? '0', '0')
    })

    test('bytes that are not UTF-8 become U+FFFD in body and attributes, neighbours stay as they are', () => {
      const good = '{"level":"Metadata","auditID":"é","stage":"x"}'
      const bytes = Buffer.from(
        `${good}\n{"level":"M\xffx","auditID":"\xc3","stage":"x"}\n${good}\n`,
        'latin1',
      )
      const scanner = new EventScanner()
      const events = [0, 1, 2].map(line => {
        const start = line === 0 ? 0 : nth(bytes, line) + 1
        return scanner.scan(bytes, start, nth(bytes, line + 1)) as AuditEvent
      })
      const records = recordsOf(decode(events, ATTRIBUTES))
      assert.deepEqual(
        records.map(record => record.body.stringValue),
        events.map(event => event.raw.toString()),
      )
      assert.equal(plain(records[1]?.attributes[1]?.value ?? {}), 'M\ufffdx')
    })

    test('no events make a request without records', () => {
      assert.deepEqual(recordsOf(decode([], ATTRIBUTES)), [])
    })
  })
}

/** JSON of timestamps: each day and time at a limit, and whatever else may stand there. */
function timestamps(): string[] {
  const days = [
    '1969-12-31',
    '1970-01-01',
    '2000-02-29',
    '2023-02-29',
    '2024-02-28',
    '2024-02-29',
    '2024-03-01',
  ]
  days.push('2026-01-00', '2026-01-31', '2026-04-31', '2026-12-31', '2026-13-01', '2100-02-29', '2261-12-31')
  days.push('2262-01-01', '2554-07-21', '9999-12-31')
  const times = ['00:00:00.000000Z', '23:59:59.999999Z', '24:00:00.000000Z', '12:60:00.000000Z']
  times.push(
    '12:00:60.000000Z',
    '12:00:00.00000xZ',
    '12:00:00.123456789Z',
    '12:00:00Z',
    '12:00:00.123456+02:00',
  )
  const texts = [...days.map(day => `${day}T12:34:56.654321Z`), ...times.map(time => `2026-05-04T${time}`)]
  const others = ['"2026-05-04t10:00:00.000000Z"', '"2026-05-04T10:00:00.00000\\u0030Z"', 'null', '{"a":1}']
  return [...texts.map(text => `"${text}"`), ...others]
}

/** Offset of the n-th newline, counted from 1. */
function nth(bytes: Buffer, n: number): number {
  let at = -1
  for (let i = 0; i < n; i++) at = bytes.indexOf(10, at + 1)
  return at
}

test('log.record.uid is the event’s identity, in both encodings', () => {
  const [event] = sampleEvents('audit2rbac-demo.jsonl')
  assert.ok(event)
  const shape = { resource: {}, attributes: [], recordUidOf: 'prod' }
  const expected = [{ key: 'log.record.uid', value: { stringValue: event.identity('prod') } }]
  const json = JSON.parse(new JsonEncoder(shape).encode([event]).toString()) as Decoded
  assert.deepEqual(json.resourceLogs[0]?.scopeLogs[0]?.logRecords[0]?.attributes, expected)
  const decoded = decodeExportRequest(new ProtobufEncoder(shape).encode([event])) as Decoded
  assert.deepEqual(decoded.resourceLogs[0]?.scopeLogs[0]?.logRecords[0]?.attributes, expected)
})
