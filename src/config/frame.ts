import * as z from 'zod'
import type { ExporterType, ProcessorType, ReceiverType } from '../pipeline/component.ts'
import { byteSize, duration, headerOptions } from './scalars.ts'
import { testsSchema } from './tests.ts'

/** The component types a configuration may name. */
export interface ComponentTypes {
  readonly receivers: readonly ReceiverType[]
  readonly processors: readonly ProcessorType[]
  readonly exporters: readonly ExporterType[]
}

/** The sections of components, by their key. */
export const SECTIONS = ['receivers', 'processors', 'exporters'] as const
export type Section = (typeof SECTIONS)[number]

const ids = () => z.array(z.string())

export const pipelinesSchema = z.record(
  z.string(),
  z.strictObject({
    receivers: ids().describe('Ids of its receivers'),
    processors: ids().default([]).describe('Ids of its processors, in the order events pass them'),
    exporters: ids().describe('Ids of its exporters; each gets every event'),
    redact: z
      .boolean()
      .default(true)
      .describe('Whether it redacts, also when no processor of it is `redact`'),
  }),
)

export const attributesSchema = z.strictObject({
  include: z.array(z.string()).default([]).describe('Attributes to add that are off by default'),
  exclude: z.array(z.string()).default([]).describe('Attributes to leave out'),
  add: z
    .record(
      z.string(),
      z.strictObject({
        path: z.string().describe('Where its value is in an event, such as annotations["example.com/team"]'),
        type: z
          .enum(['string', 'string[]', 'int', 'bool'])
          .default('string')
          .describe(
            'Values of another type are left out; text that is a number or true or false counts as such',
          ),
      }),
    )
    .default({})
    .describe('Attributes of your own, by name'),
})

const LISTEN_EXPECTED = 'expected HOST:PORT such as 127.0.0.1:9464, :PORT for all addresses, or none'

/** Where the agent sends what it says of itself; `path` is what is appended to the endpoint. */
const otlpReceiver = (path: string) => ({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .describe(`Base URL of an OTLP/HTTP receiver; ${path} is added unless it ends so`),
  headers: headerOptions().default({}).describe('Headers of each request'),
})

const serviceSchema = z.strictObject({
  stateDir: z
    .string()
    .min(1)
    .default('/var/lib/auditship')
    .describe('Folder of checkpoints and dead letters'),
  shutdownTimeout: duration().prefault('10s').describe('How long stopping waits for what is in flight'),
  deadLetters: z
    .strictObject({
      maxSize: byteSize().prefault('1GiB').describe('Delivery waits when the dead letters have this size'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .default('info')
        .describe('Least level that is written'),
      otlp: z
        .strictObject({
          ...otlpReceiver('/v1/logs'),
        })
        .optional()
        .describe("Send the agent's own log by OTLP too; it is on stderr in any case"),
    })
    .prefault({}),
  http: z
    .strictObject({
      listen: z
        .string()
        .regex(/^(none|(\[[\da-fA-F:.]+\]|[^:[\]]*):\d{1,5})$/, LISTEN_EXPECTED)
        .refine(text => text === 'none' || Number(text.replace(/.*:/s, '')) <= 65_535, LISTEN_EXPECTED)
        .optional()
        .describe(
          'Address where `/livez`, `/readyz` and `/metrics` answer, without TLS or passwords: `HOST:PORT`, `:PORT` for all ' +
            'addresses, or `none`. Left out, `run` takes 127.0.0.1:9464 if it is free',
        ),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      otlp: z
        .strictObject({
          ...otlpReceiver('/v1/metrics'),
          interval: duration()
            .pipe(z.number().min(1_000))
            .prefault('60s')
            .describe('How often metrics are sent'),
        })
        .optional()
        .describe('Send metrics by OTLP too'),
    })
    .prefault({}),
  pipelines: pipelinesSchema
    .optional()
    .describe('By name; left out, all components are one pipeline `default` in the order written'),
})

const clusterSchema = z.strictObject({
  name: z.string().min(1).optional().describe('Resource attribute k8s.cluster.name'),
  uid: z.string().min(1).optional().describe('Resource attributes k8s.cluster.uid and cluster_id'),
})

/** `service` as parsed, without the pipelines. */
export type ServiceConfig = Omit<z.output<typeof serviceSchema>, 'pipelines'>
export type ClusterConfig = z.output<typeof clusterSchema>

/** The type of a component id: what is before the `/` of `otlp/second`. */
export const typeOf = (id: string) => id.replace(/\/.*$/s, '')

/** The schema of the whole file, with each configured component's own options in their place. */
export function frameSchema(ids: Readonly<Record<Section, readonly string[]>>, types: ComponentTypes) {
  const section = (name: Section) => {
    const options = (id: string) =>
      types[name].find(({ type }) => type === typeOf(id))?.options ?? z.unknown()
    return z.strictObject(Object.fromEntries(ids[name].map(id => [id, options(id)]))).prefault({})
  }
  return z.strictObject({
    receivers: section('receivers'),
    processors: section('processors'),
    exporters: section('exporters'),
    attributes: attributesSchema.prefault({}),
    cluster: clusterSchema.prefault({}),
    resource: z
      .record(z.string().min(1), z.string())
      .default({})
      .describe('Resource attributes of your own, by name'),
    service: serviceSchema.prefault({}),
    tests: testsSchema.optional(),
  })
}

/** The frame after parsing; the options of components have their schemas' output types. */
export type Frame = z.output<ReturnType<typeof frameSchema>>
