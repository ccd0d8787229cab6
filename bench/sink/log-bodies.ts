import { jsonBodies } from './otlp-json.ts'
import { protobufBodies } from './otlp-protobuf.ts'

export const JSON_TYPE = 'application/json'

/**
 * The bodies of the log records in the body of an OTLP/HTTP request of that `content-type`, already decompressed.
 * @throws Error when it is neither protobuf nor JSON
 */
export function logBodies(request: Buffer, type: string): Buffer[] {
  return type.startsWith(JSON_TYPE) ? jsonBodies(request) : protobufBodies(request)
}
