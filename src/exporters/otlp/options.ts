import * as z from 'zod'
import { byteSize, duration, headerOptions } from '../../config/scalars.ts'
import { tlsOptions } from '../../http/tls-options.ts'

/** Options of the `otlp` exporter. */
export const otlpOptions = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:4318')
    .describe('Base URL of an OTLP/HTTP receiver; /v1/logs is added unless it ends so'),
  encoding: z.enum(['protobuf', 'json']).default('protobuf').describe('Encoding of requests'),
  compression: z.enum(['gzip', 'zstd', 'none']).default('gzip').describe('Compression of requests'),
  headers: headerOptions().default({}).describe('Headers of each request'),
  bearerTokenFile: z
    .string()
    .optional()
    .describe('File with a token for `Authorization: Bearer`, read again when it changes'),
  tls: tlsOptions(),
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
