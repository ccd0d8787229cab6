/** `ExportLogsPartialSuccess`: https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
export interface PartialSuccess {
  /** How many records were refused; 0 means the message is a warning. */
  readonly rejected: number
  readonly message: string
}

/** The partial success in the body of a 2xx answer; undefined when everything was accepted or the body is none of OTLP's. */
export function readPartialSuccess(body: Buffer, encoding: 'protobuf' | 'json'): PartialSuccess | undefined {
  if (body.length === 0) return undefined
  const partial = encoding === 'json' ? fromJson(body) : fromProtobuf(body)
  return partial === undefined || (partial.rejected === 0 && partial.message === '') ? undefined : partial
}

function fromJson(body: Buffer): PartialSuccess | undefined {
  try {
    const { partialSuccess } = JSON.parse(body.toString()) as {
      partialSuccess?: { rejectedLogRecords?: number | string; errorMessage?: string }
    }
    if (partialSuccess === undefined) return undefined
    return {
      rejected: Number(partialSuccess.rejectedLogRecords ?? 0),
      message: partialSuccess.errorMessage ?? '',
    }
  } catch {
    return undefined
  }
}

/** ExportLogsServiceResponse.partial_success = 1 { rejected_log_records = 1, error_message = 2 } */
function fromProtobuf(body: Buffer): PartialSuccess | undefined {
  let partial: PartialSuccess | undefined
  for (const [field, value] of fields(body)) {
    if (field !== 1 || typeof value === 'number') continue
    let rejected = 0
    let message = ''
    for (const [inner, content] of fields(value)) {
      if (inner === 1 && typeof content === 'number') rejected = content
      if (inner === 2 && typeof content !== 'number') message = content.toString()
    }
    partial = { rejected, message }
  }
  return partial
}

/** Varint and length-delimited fields of a message; stops at anything else, as at the end. */
function* fields(message: Buffer): Generator<[field: number, value: number | Buffer]> {
  let at = 0
  const varint = () => {
    let value = 0
    for (let scale = 1; at < message.length; scale *= 128) {
      const byte = message.readUInt8(at++)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
    }
    return value
  }
  while (at < message.length) {
    const tag = varint()
    const value = varint()
    if ((tag & 7) === 0) yield [tag >>> 3, value]
    else if ((tag & 7) === 2) {
      yield [tag >>> 3, message.subarray(at, at + value)]
      at += value
    } else return
  }
}
