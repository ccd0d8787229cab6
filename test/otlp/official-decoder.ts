import root from 'otlp-transformer-with-decoder/build/src/generated/root.js'

interface MessageType {
  decode(bytes: Uint8Array): object
  toObject(message: object, options: object): object
}

// The generated code has no types.
const { ExportLogsServiceRequest } = (
  root as unknown as {
    opentelemetry: { proto: { collector: { logs: { v1: { ExportLogsServiceRequest: MessageType } } } } }
  }
).opentelemetry.proto.collector.logs.v1

/**
 * Decodes an OTLP logs request with @opentelemetry/otlp-transformer. Version 0.213 is the last whose package has the
 * decoders generated from the official .proto files; later ones only encode requests. int64 become strings.
 */
export function decodeExportRequest(bytes: Uint8Array): object {
  return ExportLogsServiceRequest.toObject(ExportLogsServiceRequest.decode(bytes), {
    longs: String,
    arrays: true,
  })
}
