import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Logger, SeverityNumber } from '@opentelemetry/api-logs'
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { DEFAULT_ATTRIBUTES } from '../../src/audit/attributes.ts'
import { emitAuditEvent } from '../../src/library/emit.ts'
import { ProtobufEncoder } from '../../src/otlp/encode-protobuf.ts'
import { decodeExportRequest } from '../otlp/official-decoder.ts'
import { SAMPLE_LOGS, sampleEvents } from '../samples.ts'

interface Decoded {
  resourceLogs: { scopeLogs: { logRecords: DecodedRecord[] }[] }[]
}
interface DecodedRecord {
  attributes: { key: string }[]
  droppedAttributesCount?: number
}

/** Records in a request, without what only the official encoder writes: counts of zero. */
function recordsOf(request: Uint8Array): DecodedRecord[] {
  const { resourceLogs } = decodeExportRequest(request) as Decoded
  const records = resourceLogs.flatMap(logs => logs.scopeLogs.flatMap(scope => scope.logRecords))
  return records.map(({ droppedAttributesCount: _, ...record }) => ({
    ...record,
    attributes: record.attributes.toSorted((a, b) => a.key.localeCompare(b.key)),
  }))
}

suite('emitAuditEvent, through the official SDK and its OTLP encoder', () => {
  for (const name of SAMPLE_LOGS) {
    test(`${name}: the records are those the otlp exporter sends`, () => {
      const exporter = new InMemoryLogRecordExporter()
      const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
      const logger = provider.getLogger('auditship') as unknown as Logger
      const events = sampleEvents(name)
      for (const event of events) emitAuditEvent(logger, event)
      const official = ProtobufLogsSerializer.serializeRequest(exporter.getFinishedLogRecords())
      assert.ok(official)
      const ours = new ProtobufEncoder({ resource: {}, attributes: DEFAULT_ATTRIBUTES }).encode(events)
      assert.equal(recordsOf(ours).length, events.length)
      assert.deepEqual(recordsOf(ours), recordsOf(official))
    })
  }

  test('severity numbers are those of @opentelemetry/api-logs', () => {
    assert.deepEqual([SeverityNumber.INFO, SeverityNumber.WARN, SeverityNumber.ERROR], [9, 13, 17])
  })
})
