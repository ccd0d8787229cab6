import * as z from 'zod'
import { byteSize, duration, headerOptions, secret } from '../../config/scalars.ts'
import { tlsOptions } from '../../http/tls-options.ts'

const name = () =>
  z
    .string()
    .regex(
      /^(?![-_+.])(?!.*\.\.)(?:[a-z0-9._-]|\{cluster\}){1,200}$/,
      'expected a name OpenSearch takes: lower-case letters, digits, -, _ and single dots, or `{cluster}`',
    )

/** Options of the `opensearch` exporter. */
export const openSearchOptions = z
  .strictObject({
    endpoints: z
      .array(
        z
          .url({ protocol: /^https?$/ })
          .regex(/^[^@]*$/, 'expected a URL without user and password, which are options of their own')
          .regex(/^[^?#]*$/, 'expected a URL without query'),
      )
      .min(1)
      .default(['http://localhost:9200'])
      .describe('Base URLs of the nodes; when one does not answer, the next is asked'),
    username: z
      .string()
      .regex(/^[^:]+$/, 'expected a name without colon: basic authentication has none')
      .optional()
      .describe('User of basic authentication'),
    password: secret().optional().describe('Its password'),
    passwordFile: z
      .string()
      .optional()
      .describe('File with the password, read again for each request: it may be replaced without a restart'),
    headers: headerOptions().default({}).describe('Headers of each request, such as an API token'),
    bearerTokenFile: z
      .string()
      .optional()
      .describe('File with a token for `Authorization: Bearer`, read again for each request'),
    aws: z
      .strictObject({
        region: z.string().min(1).describe('Region of the domain'),
        service: z
          .enum(['es', 'aoss'])
          .default('es')
          .describe('`es`: Amazon OpenSearch Service; `aoss`: its serverless variant'),
      })
      .optional()
      .describe(
        'Sign requests by AWS Signature Version 4. Credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, ' +
          'else those that the package `@aws-sdk/credential-provider-node` finds when it is installed',
      ),
    tls: tlsOptions(),
    layout: z
      .enum(['auditship', 'opni'])
      .default('auditship')
      .describe(
        "Fields of a document: auditship's, or those of Opni's log documents, for an index that exists",
      ),
    dataStream: name()
      .default('k8s-audit')
      .describe(
        'Data stream of audit events, with `layout: opni` the index. `{cluster}` stands for `cluster.name` in lower case',
      ),
    changeEvents: z
      .union([name(), z.literal(false)])
      .default('change_events')
      .describe('Index with one document for each request for interactive access; `false`: none'),
    compression: z.enum(['gzip', 'none']).default('gzip').describe('Compression of requests'),
    maxRequestSize: byteSize()
      .refine(bytes => bytes > 0, 'expected a size above 0')
      .prefault('5MiB')
      .describe(
        'Largest bulk, before compression: a larger batch is halved. Falls by itself when the server refuses one (413)',
      ),
    timeout: duration().prefault('60s').describe('Longest time one request may take'),
    setup: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe(
            'Install templates, policy and indices before the first event; `auditship setup opensearch` does so in any case',
          ),
        retentionDays: z
          .int()
          .min(1)
          .max(36_500)
          .default(90)
          .describe('Audit events are deleted this many days after their backing index was rolled over'),
        rolloverSize: byteSize().prefault('30GiB').describe('Roll over at this size of the primary shards'),
        rolloverDays: z.int().min(1).max(3_650).default(7).describe('Roll over at this age'),
        shards: z.int().min(1).max(1_024).default(1).describe('Primary shards of each index'),
        replicas: z.int().min(0).max(10).default(1).describe('Replicas of each shard'),
      })
      .prefault({})
      .describe('What is installed in the cluster; with `layout: opni` only what change events need'),
  })
  .refine(
    ({ password, passwordFile, username }) =>
      (username !== undefined) === (password !== undefined || passwordFile !== undefined),
    'expected username together with password or passwordFile',
  )
  .refine(
    ({ password, passwordFile }) => password === undefined || passwordFile === undefined,
    'expected password or passwordFile, not both',
  )
  .refine(
    ({ username, bearerTokenFile, aws }) =>
      [username, bearerTokenFile, aws].filter(way => way !== undefined).length <= 1,
    'expected one of username, bearerTokenFile and aws',
  )
  .refine(
    ({ username, bearerTokenFile, aws, headers }) =>
      [username, bearerTokenFile, aws].every(way => way === undefined) ||
      !Object.keys(headers).some(header => header.toLowerCase() === 'authorization'),
    'expected a header Authorization or one of username, bearerTokenFile and aws, not both',
  )
  .refine(
    ({ dataStream, changeEvents }) => dataStream !== changeEvents,
    'expected another name for changeEvents than for dataStream',
  )

/** The options, parsed. */
export type OpenSearchOptions = z.output<typeof openSearchOptions>
