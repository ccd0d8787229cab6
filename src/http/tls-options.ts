import * as z from 'zod'

/** TLS of a client, as exporters that speak HTTP have it among their options. */
export function tlsOptions() {
  return z
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
    .describe('TLS of https endpoints')
}

/** The options, parsed. */
export type TlsOptions = z.output<ReturnType<typeof tlsOptions>>
