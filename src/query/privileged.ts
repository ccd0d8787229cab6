import type { AuditEvent } from '../audit/event.ts'
import { FIELD } from '../audit/fields.ts'

/** Keys of which a body has at least one when its pod reaches the node. */
export const PRIVILEGE_KEYS = ['privileged', 'hostNetwork', 'hostPID', 'hostIPC', 'hostPath'] as const

/**
 * In what the pod, or the template of pods, that an event writes reaches its node: `privileged c` for a container `c`,
 * `hostNetwork`, `hostPID`, `hostIPC`, `hostPath /etc`; init and ephemeral containers too. Of request and response body,
 * which may be pods, merge patches or JSON patches. Empty when it does not, or the level of the event has no bodies.
 */
export function privileges(event: AuditEvent): string[] {
  const found = [FIELD.requestObject, FIELD.responseObject].flatMap(field => ofBody(event.value(field)))
  return [...new Set(found)]
}

function ofBody(body: unknown): string[] {
  return Array.isArray(body) ? body.flatMap(operation => ofPod(patched(operation))) : ofPod(body)
}

function ofPod(body: unknown): string[] {
  const outer = member(body, 'spec')
  const job = member(member(outer, 'jobTemplate'), 'spec') ?? outer
  const spec = member(member(job, 'template'), 'spec') ?? job
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter(key => member(spec, key) === true)
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap(key =>
    elements(member(spec, key)),
  )
  const privileged = containers.filter(
    container => member(member(container, 'securityContext'), 'privileged') === true,
  )
  const paths = elements(member(spec, 'volumes'))
    .map(volume => member(volume, 'hostPath'))
    .filter(hostPath => hostPath !== undefined && hostPath !== null)
  return [
    ...privileged.map(container => named('privileged', member(container, 'name'))),
    ...shared,
    ...paths.map(hostPath => named('hostPath', member(hostPath, 'path'))),
  ]
}

const named = (what: string, name: unknown) => (typeof name === 'string' ? `${what} ${name}` : what)

/** What an `add` or `replace` of a JSON patch (RFC 6902) writes, with all that its path names around it. */
function patched(operation: unknown): unknown {
  const op = member(operation, 'op')
  const path = member(operation, 'path')
  if ((op !== 'add' && op !== 'replace') || typeof path !== 'string') return undefined
  const segments = path.split('/').slice(1)
  return segments.reduceRight<unknown>(
    (value, segment) => (/^(\d+|-)$/.test(segment) ? [value] : { [segment]: value }),
    member(operation, 'value'),
  )
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}

const elements = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
