import { addedEphemeralContainer } from './ephemeral-container.ts'
import type { AuditEvent } from './event.ts'
import {
  attachOptions,
  type ExecOptions,
  execOptions,
  kubeletExecOptions,
  kubeletRunOptions,
  NO_EXEC_OPTIONS,
} from './exec-options.ts'
import { FIELD } from './fields.ts'
import { interactiveTarget } from './interactive-target.ts'
import { kubeletPath } from './kubelet-path.ts'
import { nameWithoutPort, type RequestTarget } from './request-path.ts'

/** What was done; the value of `k8s.auditlog.operation`. */
export type Operation = 'EXEC' | 'ATTACH' | 'PORTFORWARD' | 'PROXY' | 'DEBUG'

/** Where interactive access is recorded; the value of `k8s.auditlog.index`. */
export const CHANGE_EVENTS_INDEX = 'change_events'

/** An attempt to get into a pod, a node or a service, refused ones included. */
export interface InteractiveAccess extends ExecOptions {
  readonly operation: Operation
  /** What the request was addressed to: a kubelet endpoint behind `nodes/proxy` is `node`, whatever pod it reaches. */
  readonly targetType: 'pod' | 'node' | 'service'
  readonly namespace: string | undefined
  /** Pod or service, without scheme and port; of a kubelet's run, exec, attach and portForward the pod in its path. */
  readonly name: string | undefined
  /** With `nodes/proxy`, without scheme and port. */
  readonly nodeName: string | undefined
  /** Image of the container that DEBUG adds, if the event has a body. */
  readonly image: string | undefined
  /** Whether the request got past authentication, authorization and admission; undefined when the event cannot say. */
  readonly allowed: boolean | undefined
}

/** Attributes ask for the same event one after the other. Only interactive access gets in here. */
const known = new WeakMap<AuditEvent, InteractiveAccess>()

/**
 * The interactive access that an event records, recognised by resource and subresource, never by verb: a WebSocket exec
 * is a `get`. Undefined for everything else, at the price of a few byte comparisons. Never throws.
 */
export function interactiveAccess(event: AuditEvent): InteractiveAccess | undefined {
  const target = interactiveTarget(event)
  if (target === undefined) return undefined
  let access = known.get(event)
  if (access === undefined) {
    access = describe(event, target)
    known.set(event, access)
  }
  return access
}

function describe(event: AuditEvent, target: RequestTarget): InteractiveAccess {
  const uri = event.requestURI ?? ''
  if (target.resource === 'nodes') return nodeAccess(event, uri, target)
  const base = {
    ...NO_EXEC_OPTIONS,
    targetType: target.resource === 'services' ? 'service' : 'pod',
    namespace: target.namespace,
    name: target.name,
    nodeName: undefined,
    image: undefined,
    allowed: isAllowed(event),
  } as const
  switch (target.subresource) {
    case 'exec':
      return { ...base, ...execOptions(uri), operation: 'EXEC' }
    case 'attach':
      return { ...base, ...attachOptions(uri), operation: 'ATTACH' }
    case 'portforward':
      return { ...base, operation: 'PORTFORWARD' }
    case 'ephemeralcontainers':
      return { ...base, ...debugOptions(event), operation: 'DEBUG' }
    default:
      return { ...base, name: target.name && nameWithoutPort(target.name), operation: 'PROXY' }
  }
}

function debugOptions(event: AuditEvent) {
  const added = addedEphemeralContainer(event.value(FIELD.requestObject))
  if (added === undefined) return NO_EXEC_OPTIONS
  const { name: container, ...options } = added
  return { ...options, container }
}

/** `nodes/proxy`: objectRef stops at the node, what is done there is in the kubelet's path. */
function nodeAccess(event: AuditEvent, uri: string, target: RequestTarget): InteractiveAccess {
  const path = kubeletPath(uri)
  const node = target.name ?? path?.node
  const base = {
    targetType: 'node',
    namespace: path?.namespace,
    name: path?.pod,
    nodeName: node && nameWithoutPort(node),
    image: undefined,
    allowed: isAllowed(event),
  } as const
  const container = path?.container
  switch (path?.endpoint) {
    case 'run':
      return { ...base, ...kubeletRunOptions(uri), container, operation: 'EXEC' }
    case 'exec':
      return { ...base, ...kubeletExecOptions(uri), container, operation: 'EXEC' }
    case 'attach':
      return { ...base, ...kubeletExecOptions(uri), command: undefined, container, operation: 'ATTACH' }
    case 'portForward':
      return { ...base, ...NO_EXEC_OPTIONS, container, operation: 'PORTFORWARD' }
    default:
      return { ...base, ...NO_EXEC_OPTIONS, namespace: undefined, name: undefined, operation: 'PROXY' }
  }
}

/**
 * The code decides where it can: 401 and 403 are refusals even when the authorizer's decision was `allow` (admission,
 * WebSocket exec since 1.35), 101 and 2xx are not. Other failures were authorised unless the decision is `forbid`.
 * RequestReceived has neither code nor decision: undefined.
 */
function isAllowed(event: AuditEvent): boolean | undefined {
  const code = event.responseCode
  if (code === 401 || code === 403) return false
  if (code !== undefined && (code === 101 || (code >= 200 && code < 300))) return true
  const decision = event.text(FIELD.decision)
  if (decision === 'forbid') return false
  return code !== undefined || decision === 'allow' ? true : undefined
}
