/** `ExportLogsPartialSuccess`: https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
export interface PartialSuccess {
  /** How many records were refused; 0 means the message is a warning. */
  readonly rejected: number
  readonly message: string
}

/** The partial success in an `ExportLogsServiceResponse`; undefined when everything was accepted. @throws SyntaxError when it is none, or cut */
export function readPartialSuccess(body: Buffer, encoding: 'protobuf' | 'json'): PartialSuccess | undefined {
  const partial = encoding === 'json' ? fromJson(body) : fromProtobuf(body)
  return partial === undefined || (partial.rejected === 0 && partial.message === '') ? undefined : partial
}

function fromJson(body: Buffer): PartialSuccess | undefined {
  const response = JSON.parse(body.toString()) as {
    partialSuccess?: { rejectedLogRecords?: number | string; errorMessage?: string } | null
  } | null
  const partial = response?.partialSuccess
  if (partial === undefined || partial === null) return undefined
  return { rejected: Number(partial.rejectedLogRecords ?? 0), message: partial.errorMessage ?? '' }
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

/** Bytes of a field by its wire type, for those whose value is not looked at. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 }

/** The fields of a message that are varints or have a length. @throws SyntaxError when it is no message, or cut */
function* fields(message: Buffer): Generator<[field: number, value: number | Buffer]> {
  let at = 0
  const take = (length: number) => {
    const start = at
    at += length
    if (at > message.length) throw new SyntaxError(`a message of ${message.length} bytes ends within a field`)
    return message.subarray(start, at)
  }
  const varint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const [byte = 0] = take(1)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const [field, wireType] = [Math.floor(tag / 8), tag % 8]
    const fixed = FIXED[wireType]
    if (fixed !== undefined) take(fixed)
    else if (wireType === 0) yield [field, varint()]
    else if (wireType === 2) yield [field, take(varint())]
    else throw new SyntaxError(`a message has a field of wire type ${wireType}`)
  }
}
