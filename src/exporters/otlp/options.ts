import { z } from 'zod'
import { byteSize, duration, secret } from '../../config/scalars.ts'

/** Options of the `otlp` exporter. */
export const otlpOptions = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:4318')
    .describe('Base URL of an OTLP/HTTP receiver; /v1/logs is added unless it ends so'),
  encoding: z.enum(['protobuf', 'json']).default('protobuf').describe('Encoding of requests'),
  compression: z.enum(['gzip', 'zstd', 'none']).default('gzip').describe('Compression of requests'),
  headers: z
    .record(
      z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected a header name'),
      secret().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected a header value on one line'),
    )
    .default({})
    .describe('Headers of each request'),
  bearerTokenFile: z
    .string()
    .optional()
    .describe('File with a token for `Authorization: Bearer`, read again when it changes'),
  tls: z
    .strictObject({
      caFile: z.string().optional().describe('CA certificates (PEM) instead of the system’s'),
      certFile: z.string().optional().describe('Client certificate (PEM)'),
      keyFile: z.string().optional().describe('Private key of the client certificate (PEM)'),
      serverName: z.string().optional().describe('Name to expect in the server’s certificate'),
      insecureSkipVerify: z.boolean().default(false).describe('Accept any certificate; for trying out only'),
    })
    .refine(
      tls => (tls.certFile === undefined) === (tls.keyFile === undefined),
      'expected certFile and keyFile together',
    )
    .prefault({})
    .describe('TLS of https endpoints'),
  timeout: duration().prefault('30s').describe('Longest time one request may take'),
  maxRequestSize: byteSize()
    .prefault('16MiB')
    .describe('Largest body, before compression; a batch over it is halved. Collectors refuse 20 MiB'),
  recordUid: z
    .boolean()
    .default(false)
    .describe('Add `log.record.uid`: the same for each copy of an event, so that repeats can be dropped'),
})

export type OtlpOptions = z.output<typeof otlpOptions>
