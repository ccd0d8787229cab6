import { parse } from 'yaml'
import { describe } from '../../pipeline/health.ts'
import { type ApiServer, filesOf, hostPathOf, mountingOf, restartOf } from '../api-server/api-server.ts'
import { type AuditPolicy, auditOf, auditPolicySchema } from '../audit-policy.ts'
import { AS_ROOT, isDenied } from '../denied.ts'
import type { Finding, Severity } from '../finding.ts'
import type { Host } from '../host.ts'
import { problemsOf } from '../parsed.ts'

/** Whose sessions a policy is tried on. */
const CALLERS = [
  { user: 'jane', groups: ['developers', 'system:authenticated'] },
  { user: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] },
  { user: 'system:admin', groups: ['system:masters', 'system:authenticated'] },
]
/** The verb of an `exec` follows the HTTP method. */
const WAYS = [
  { verb: 'get', way: 'by WebSocket (verb get, the default of kubectl since 1.30)' },
  { verb: 'create', way: 'by SPDY (verb create)' },
]
const SESSION_STAGES = ['ResponseStarted', 'ResponseComplete']

/** Whether the policy is there, valid, and records sessions. */
export async function checkPolicy(host: Host, server: ApiServer): Promise<Finding[]> {
  const { source, flags, distribution } = server
  const named = flags.get('audit-policy-file')
  if (!named) return [] // said by checkAuditing
  const finding = (severity: Severity, message: string, repair: string): Finding[] => [
    { check: 'policy', severity, message, repair: `${repair}\n${restartOf(distribution)}` },
  ]
  const path = hostPathOf(server, named)
  if (path === undefined) {
    const message = `${source}: audit-policy-file ${named} is in no hostPath volume, so the API server does not see it`
    return finding('error', message, `$EDITOR ${filesOf(server)}   # ${mountingOf(server, named, 'File')}`)
  }
  const write = `auditship init --provider ${distribution} --exporter otlp   # writes a policy\ninstall -m 600 audit-policy.yaml ${path}`
  const text = await host.text(path).catch((error: unknown) => new Error('unreadable', { cause: error }))
  if (text instanceof Error && isDenied(text.cause)) {
    const message = `the policy ${path} may not be read: ${describe(text.cause)}`
    return [{ check: 'policy', severity: 'unknown', message, repair: AS_ROOT }]
  }
  if (text instanceof Error)
    return finding('error', `cannot read the policy ${path}: ${describe(text.cause)}`, `ls -ld ${path}`)
  if (text === undefined) return finding('error', `there is no policy ${path}, which ${source} names`, write)
  const { policy, problems, isUsable } = readPolicy(text)
  if (!isUsable || policy === undefined)
    return finding('error', `the policy ${path} is not valid: ${problems.join('; ')}`, `$EDITOR ${path}`)
  const message = `the policy ${path} has keys that the API server ignores: ${problems.join('; ')}`
  const ignored = problems.length === 0 ? [] : finding('warning', message, `$EDITOR ${path}`)
  const blind = blindSpots(policy).map(spot => `the policy ${path} ${spot}`)
  if (blind.length > 0) return [...ignored, ...blind.flatMap(spot => finding('error', spot, write))]
  const said = `${path} is valid and records exec, by WebSocket (get) and by SPDY (create)`
  return [...ignored, { check: 'policy', severity: 'ok', message: said }]
}

/** What the API server makes of the text. It takes a policy with keys that it does not know, and says so in its log. */
function readPolicy(text: string): {
  readonly policy: AuditPolicy | undefined
  readonly problems: readonly string[]
  readonly isUsable: boolean
} {
  try {
    const written: unknown = parse(text)
    const first = auditPolicySchema.safeParse(written)
    const unknown = (first.error?.issues ?? []).filter(issue => issue.code === 'unrecognized_keys')
    for (const { path, keys } of unknown) for (const key of keys) remove(written, [...path, key])
    const { data, error } = auditPolicySchema.safeParse(written)
    const issues = [...unknown, ...(error?.issues ?? [])]
    return { policy: data, problems: problemsOf(issues), isUsable: data !== undefined }
  } catch (error) {
    return { policy: undefined, problems: [describe(error)], isUsable: false }
  }
}

function remove(from: unknown, path: readonly PropertyKey[]): void {
  const [key = '', ...rest] = path
  if (typeof from !== 'object' || from === null) return
  if (rest.length === 0) Reflect.deleteProperty(from, key)
  else remove(Reflect.get(from, key), rest)
}

/** Sessions that a policy does not record, in words. */
function blindSpots(policy: AuditPolicy): string[] {
  if (policy.rules.every(({ level }) => level === 'None'))
    return ['records nothing: each rule has the level None']
  return WAYS.flatMap(({ verb, way }) => {
    for (const caller of CALLERS) {
      const request = {
        ...caller,
        verb,
        resource: 'pods',
        subresource: 'exec',
        namespace: 'default',
        name: 'web',
      }
      const { level, omitStages, rule } = auditOf(policy, request)
      const why = rule === undefined ? 'no rule fits' : `rule ${rule} decides`
      const who = `exec ${way} by ${caller.user} of ${caller.groups[0]} in the namespace default`
      if (level === 'None') return `does not record ${who}: ${why}`
      if (SESSION_STAGES.every(stage => omitStages.includes(stage)))
        return `does not record ${who}: omitStages has ${SESSION_STAGES.join(' and ')}`
    }
    return []
  })
}
