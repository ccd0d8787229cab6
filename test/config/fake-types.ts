import * as z from 'zod'
import type { AttributeDefinition } from '../../src/audit/attributes.ts'
import type { ComponentTypes } from '../../src/config/frame.ts'
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts'
import { byteSize, duration, secret } from '../../src/config/scalars.ts'

function create(): never {
  throw new Error('a configuration is loaded without creating components')
}

const auditLogOptions = z.strictObject({
  pathPrefix: z.string().optional().describe('Folder of the audit log'),
  maxInFlight: z.number().int().min(1).default(4).describe('Batches read ahead'),
  maxLine: byteSize()
    .default(2 ** 24)
    .describe('Longest line'),
})

const otlpOptions = z.strictObject({
  endpoint: z.url().describe('Where to send'),
  compression: z.enum(['gzip', 'zstd', 'none']).default('gzip').describe('Content encoding'),
  timeout: duration().default(30_000).describe('Limit of one attempt'),
  headers: z.record(z.string(), secret()).optional().describe('Sent with each request'),
  password: secret().optional().describe('Password'),
  tls: z
    .strictObject({
      caFile: z.string().optional().describe('CA certificates'),
      verify: z.boolean().default(true).describe('Check the certificate'),
    })
    .prefault({}),
})

/** Small component types with one option of each kind. */
export const TYPES: ComponentTypes = {
  receivers: [{ type: 'auditLog', description: 'Follows an audit log', options: auditLogOptions, create }],
  processors: [
    {
      type: 'filter',
      description: 'Drops events',
      options: z
        .strictObject({ verbs: z.array(z.string()).min(1).describe('Verbs to drop') })
        .refine(({ verbs }) => !verbs.includes('*'), 'expected verbs by name'),
      create,
    },
  ],
  exporters: [
    { type: 'otlp', description: 'Sends OTLP', options: otlpOptions, create },
    { type: 'debug', description: 'Prints events', options: z.strictObject({}), create },
    {
      type: 'store',
      description: 'One of two forms',
      options: z.union([
        z.strictObject({ url: z.string(), retention: duration().prefault('30d') }),
        z.strictObject({ folder: z.string(), rotate: z.boolean().default(false) }),
      ]),
      create,
    },
  ],
}

const row = (name: string, on: boolean): AttributeDefinition => ({
  name: `k8s.auditlog.${name}`,
  kind: 'string',
  mapping: 'keyword',
  default: on,
  description: name,
})

/** A small attribute table. */
export const TABLE = [row('verb', true), row('user.username', true), row('user.uid', false)]

/** Loads `text` as `audit.yaml`. */
export function load(
  text: string,
  { overrides = [], env = {} }: { overrides?: string[]; env?: Record<string, string> } = {},
): Promise<LoadedConfig> {
  return loadConfig({ text, file: 'audit.yaml', overrides, env, types: TYPES, attributes: TABLE })
}

/** The options of the first receiver or exporter of the first pipeline. */
export function firstOptions({ config }: LoadedConfig, section: 'receivers' | 'exporters') {
  return { ...(config.pipelines[0]?.[section][0]?.options as Record<string, unknown>) }
}
