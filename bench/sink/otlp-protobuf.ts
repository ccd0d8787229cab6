/** Field numbers on the way to a log record's body, from opentelemetry-proto's logs_service, logs and common. */
const RESOURCE_LOGS = 1
const SCOPE_LOGS = 2
const LOG_RECORDS = 2
const BODY = 5
const STRING_VALUE = 1

const WIRE_TYPE = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 }

/**
 * The bodies of the log records of an `ExportLogsServiceRequest`, as views of it; empty for one that is no string.
 * It reads lengths and skips the rest.
 */
export function protobufBodies(request: Buffer): Buffer[] {
  const bodies: Buffer[] = []
  eachField(request, 0, request.length, RESOURCE_LOGS, (start, end) =>
    eachField(request, start, end, SCOPE_LOGS, (start, end) =>
      eachField(request, start, end, LOG_RECORDS, (start, end) => {
        let text = request.subarray(0, 0)
        eachField(request, start, end, BODY, (start, end) =>
          eachField(request, start, end, STRING_VALUE, (start, end) => {
            text = request.subarray(start, end)
          }),
        )
        bodies.push(text)
      }),
    ),
  )
  return bodies
}

/** Calls `found` with where each length-delimited field of that number lies in the message. */
function eachField(
  message: Buffer,
  start: number,
  end: number,
  field: number,
  found: (start: number, end: number) => void,
): void {
  let at = start
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++]
      if (byte === undefined) throw new Error('protobuf ends in the middle of a number')
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  while (at < end) {
    const tag = varint()
    switch (tag & 7) {
      case WIRE_TYPE.varint:
        varint()
        break
      case WIRE_TYPE.fixed64:
        at += 8
        break
      case WIRE_TYPE.fixed32:
        at += 4
        break
      case WIRE_TYPE.lengthDelimited: {
        const length = varint()
        if (tag >>> 3 === field) found(at, at + length)
        at += length
        break
      }
      default:
        throw new Error(`protobuf has wire type ${tag & 7}`)
    }
  }
  if (at !== end) throw new Error('a protobuf field reaches beyond its message')
}
