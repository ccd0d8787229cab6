import { isAbsolute } from 'node:path'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'
import { formatPath } from '../config/path.ts'
import { validate } from '../config/validate.ts'
import { PROVIDERS, type Provider } from '../receivers/audit-log/provider-presets.ts'

/** Where Opni looks for the log when it is not told, whatever the provider. */
const OPNI_FOLDER = '/var/log/kube-audit'
const OPNI_FILE = 'audit.log'
/** Their control planes are on no node that a DaemonSet could run on. */
const MANAGED = ['aks', 'eks', 'gke']

const auditLogs = z
  .object({
    enabled: z.boolean().nullish(),
    pathPrefix: z.string().refine(isAbsolute, 'expected an absolute path').nullish(),
    auditFilename: z
      .string()
      .regex(/^[^/]+$/, 'expected a file name without a slash; the folder belongs to pathPrefix')
      .nullish(),
  })
  .nullish()

/** What one of Opni's resources says about the audit log. */
export interface OpniAuditLogs {
  readonly provider: Provider | undefined
  readonly pathPrefix: string
  readonly filename: string
  /** What a reader of the configuration should know, a line each. */
  readonly notes: readonly string[]
}

/**
 * Reads `kubeAuditLogs` and `provider` of a collector (CollectorConfig) or LogAdapter of Opni.
 * @throws Error when there is no such resource, or one of a provider without an audit log on its nodes, or what it says cannot be
 */
export function readOpni(text: string): OpniAuditLogs {
  const found = resourcesIn(text).flatMap(resource => withAuditLogs(resource, undefined))
  const [first, second] = found
  if (first === undefined)
    throw new Error('expected a resource of Opni with kubeAuditLogs, such as a CollectorConfig, found none')
  if (second !== undefined)
    throw new Error(`expected one resource with kubeAuditLogs, found ${found.length}: make a file of each`)
  const { enabled, pathPrefix, auditFilename } = checked(first.auditLogs)
  const notes = [
    'It reads what Opni read.',
    ...(enabled === false ? ['There kubeAuditLogs was not enabled.'] : []),
    ...(pathPrefix === undefined || pathPrefix === null
      ? [
          `Opni was told no pathPrefix and looked in ${OPNI_FOLDER}. Without pathPrefix and filename here, provider decides.`,
        ]
      : []),
  ]
  return {
    provider: providerOf(first.provider),
    pathPrefix: pathPrefix ?? OPNI_FOLDER,
    filename: auditFilename ?? OPNI_FILE,
    notes,
  }
}

function checked(found: unknown): NonNullable<z.output<typeof auditLogs>> {
  const { data, problems } = validate(auditLogs, found, { origins: new Map(), texts: new Map() })
  if (problems.length === 0) return data ?? {}
  const lines = problems.map(({ path, message }) => `${formatPath(['kubeAuditLogs', ...path])}: ${message}`)
  throw new Error(lines.join('; '))
}

function resourcesIn(text: string): unknown[] {
  const documents = parseAllDocuments(text)
  return [...documents].map(document => {
    const [error] = document.errors
    if (error !== undefined) throw new Error('expected YAML', { cause: error })
    return document.toJS() as unknown
  })
}

interface Found {
  readonly auditLogs: unknown
  readonly provider: unknown
}

/** Each mapping `kubeAuditLogs`, however deep, with the nearest `provider` beside or above it. */
function withAuditLogs(value: unknown, above: unknown): Found[] {
  if (typeof value !== 'object' || value === null) return []
  const provider = 'provider' in value ? value.provider : above
  const own = 'kubeAuditLogs' in value ? [{ auditLogs: value.kubeAuditLogs, provider }] : []
  return [...own, ...Object.values(value).flatMap(below => withAuditLogs(below, provider))]
}

function providerOf(name: unknown): Provider | undefined {
  const provider = PROVIDERS.find(known => known === String(name).toLowerCase())
  if (provider !== undefined || name === undefined || name === 'generic') return provider
  const why = MANAGED.includes(String(name).toLowerCase())
    ? ': the API server of a managed cluster writes no log on a node of yours'
    : ''
  throw new Error(`expected a provider k3s, rke2, rke or generic, found ${String(name)}${why}`)
}
