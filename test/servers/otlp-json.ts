/** A value of OTLP's AnyValue: integers as number, or as bigint where a number is not exact; bytes in base64. */
export type OtlpValue =
  | string
  | number
  | bigint
  | boolean
  | undefined
  | OtlpValue[]
  | { [key: string]: OtlpValue }

/** One log record with what the request said about its resource and scope. */
export interface OtlpLogRecord {
  timeUnixNano: bigint
  observedTimeUnixNano: bigint
  severityNumber: number
  severityText: string
  eventName: string
  body: OtlpValue
  /** Throws while reading when a key occurs twice: OTLP forbids it. */
  attributes: Record<string, OtlpValue>
  resource: Record<string, OtlpValue>
  scope: { name: string; version: string }
}

interface JsonAnyValue {
  stringValue?: string
  intValue?: string | number
  doubleValue?: number
  boolValue?: boolean
  bytesValue?: string
  arrayValue?: { values?: JsonAnyValue[] }
  kvlistValue?: { values?: JsonKeyValue[] }
}

interface JsonKeyValue {
  key: string
  value?: JsonAnyValue
}

interface JsonLogRecord {
  timeUnixNano?: string
  observedTimeUnixNano?: string
  severityNumber?: number
  severityText?: string
  eventName?: string
  body?: JsonAnyValue
  attributes?: JsonKeyValue[]
}

interface JsonRequest {
  resourceLogs?: {
    resource?: { attributes?: JsonKeyValue[] }
    scopeLogs?: { scope?: { name?: string; version?: string }; logRecords?: JsonLogRecord[] }[]
  }[]
}

/** The log records of an `ExportLogsServiceRequest` in OTLP's JSON form, in order. */
export function logRecordsOf(request: string): OtlpLogRecord[] {
  const { resourceLogs = [] } = JSON.parse(request) as JsonRequest
  return resourceLogs.flatMap(({ resource, scopeLogs = [] }) =>
    scopeLogs.flatMap(({ scope, logRecords = [] }) =>
      logRecords.map(record => ({
        timeUnixNano: BigInt(record.timeUnixNano ?? 0),
        observedTimeUnixNano: BigInt(record.observedTimeUnixNano ?? 0),
        severityNumber: record.severityNumber ?? 0,
        severityText: record.severityText ?? '',
        eventName: record.eventName ?? '',
        body: plain(record.body),
        attributes: object(record.attributes),
        resource: object(resource?.attributes),
        scope: { name: scope?.name ?? '', version: scope?.version ?? '' },
      })),
    ),
  )
}

function plain(value: JsonAnyValue = {}): OtlpValue {
  if (value.intValue !== undefined) return integer(value.intValue)
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plain)
  if (value.kvlistValue) return object(value.kvlistValue.values)
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue
}

function integer(value: string | number): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value)
}

function object(entries: JsonKeyValue[] = []): Record<string, OtlpValue> {
  const found = new Map<string, OtlpValue>()
  for (const { key, value } of entries) {
    if (found.has(key)) throw new Error(`attribute ${key} occurs twice`)
    found.set(key, plain(value))
  }
  return Object.fromEntries(found)
}
