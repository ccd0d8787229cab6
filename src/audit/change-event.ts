import { type Actor, actorOf } from './actor.ts'
import type { AuditEvent } from './event.ts'
import { FIELD, type Field } from './fields.ts'
import { type InteractiveAccess, interactiveAccess, type Operation } from './interactive-access.ts'
import { sha256Id } from './sha256-id.ts'
import { parseTimestampText } from './time.ts'

/**
 * One request for interactive access as a row of `change_events`, in kubechronicle's columns and some of our own.
 * A request leaves up to three audit events; each gives a document with the same `id` that holds what it knows,
 * and `mergeChangeEvents` says how they become one. Times are RFC 3339 as written in the event.
 */
export interface ChangeEvent {
  /** 22 characters: 128 bits of SHA-256 over cluster, auditID, requestReceivedTimestamp, username and requestURI. */
  readonly id: string
  /** When the request was received; undefined when the event has no valid time. */
  readonly timestamp: string | undefined
  readonly operation: Operation
  /** What `name` names. A kubelet's run or exec is recorded under the pod it reaches, with the node in `exec_metadata`. */
  readonly resource_kind: 'Pod' | 'Node' | 'Service'
  /** Empty for a node. */
  readonly namespace: string
  readonly name: string
  readonly actor: Actor
  /** The client program by its User-Agent, which it chooses itself. */
  readonly source: { readonly tool: string }
  readonly diff: null
  readonly object_snapshot: null
  /** Whether the request was let through; undefined until a response is seen. */
  readonly allowed: boolean | undefined
  readonly block_pattern: null
  readonly exec_metadata: {
    readonly command: readonly string[] | undefined
    readonly container: string | undefined
    readonly stdin: boolean
    readonly tty: boolean
    readonly target_type: 'pod' | 'node' | 'service'
    readonly node_name: string | undefined
    /** Of the container that DEBUG added. */
    readonly image: string | undefined
  }
  readonly cluster: string
  readonly audit_id: string
  /** The latest stage seen. */
  readonly stage: string
  /** 101 for a session that was opened. */
  readonly response_code: number | undefined
  /** When the request was received: the same in every stage, so it is known whichever the audit policy omits. */
  readonly started_at: string | undefined
  /** When the session or request ended; undefined until it has. */
  readonly ended_at: string | undefined
  /** From `started_at` to `ended_at` in milliseconds, microseconds as fraction. */
  readonly duration_ms: number | undefined
}

/** The stages in their order; a request ends with one of the last two. */
const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

/** What one audit event tells about interactive access, or undefined when it is about something else. */
export function changeEvent(event: AuditEvent, options: { cluster: string }): ChangeEvent | undefined {
  const access = interactiveAccess(event)
  if (access === undefined) return undefined
  const stage = event.stage ?? ''
  const received = validTime(event, FIELD.requestReceivedTimestamp)
  const stageTime = validTime(event, FIELD.stageTimestamp)
  const end = STAGES.indexOf(stage) >= 2 ? stageTime : undefined
  return {
    id: event.knownRequestId ?? requestId(event, options.cluster),
    timestamp: (received ?? stageTime)?.text,
    operation: access.operation,
    ...resourceOf(access),
    actor: actorOf(event),
    source: { tool: toolOf(event.text(FIELD.userAgent) ?? '') },
    diff: null,
    object_snapshot: null,
    allowed: access.allowed,
    block_pattern: null,
    exec_metadata: {
      command: access.command,
      container: access.container,
      stdin: access.stdin,
      tty: access.tty,
      target_type: access.targetType,
      node_name: access.nodeName,
      image: access.image,
    },
    cluster: options.cluster,
    audit_id: event.auditID ?? '',
    stage,
    response_code: event.responseCode,
    started_at: received?.text,
    ended_at: end?.text,
    duration_ms: received && end && Number(end.nanos - received.nanos) / 1e6,
  }
}

/**
 * Two documents of one request as one, whichever came first: each key has the later stage's value, or the other's where
 * that has none. Merging a document again changes nothing. Stores write what this function says.
 */
export function mergeChangeEvents(a: ChangeEvent, b: ChangeEvent): ChangeEvent {
  const [earlier, later] = isLater(a, b) ? [b, a] : [a, b]
  const known = Object.entries(later).filter(([, value]) => value !== undefined)
  return { ...earlier, ...Object.fromEntries(known) }
}

function isLater(a: ChangeEvent, b: ChangeEvent): boolean {
  const stages = STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage)
  // Of two unlike documents of one stage either will do, as long as the order does not decide.
  return stages !== 0 ? stages > 0 : JSON.stringify(a) > JSON.stringify(b)
}

/** What all stages of a request have in common, 22 characters; see `ChangeEvent.id`. */
export function requestId(event: AuditEvent, cluster: string): string {
  const received = event.text(FIELD.requestReceivedTimestamp)
  const parts = [cluster, event.auditID, received, event.username, event.requestURI]
  return sha256Id(JSON.stringify(parts.map(part => part ?? '')))
}

/** The time in a field when it is a valid one: a database would refuse any other. */
function validTime(event: AuditEvent, field: Field): { text: string; nanos: bigint } | undefined {
  const text = event.text(field)
  const nanos = text === undefined ? undefined : parseTimestampText(text)
  return text === undefined || nanos === undefined ? undefined : { text, nanos }
}

function resourceOf(access: InteractiveAccess): Pick<ChangeEvent, 'resource_kind' | 'namespace' | 'name'> {
  const { namespace = '', name = '' } = access
  if (access.targetType === 'service') return { resource_kind: 'Service', namespace, name }
  const isNode = access.targetType === 'node' && name === ''
  return isNode
    ? { resource_kind: 'Node', namespace: '', name: access.nodeName ?? '' }
    : { resource_kind: 'Pod', namespace, name }
}

/** The first product's name in lower case: `kubectl`, `oc`, `k9s`, `helm`, `curl`; `unknown` when there is none. */
function toolOf(userAgent: string): string {
  const product = /^[A-Za-z0-9][\w.-]{0,63}(?=[/ ]|$)/.exec(userAgent)?.[0].toLowerCase()
  return product?.replace(/\.exe$/, '') ?? 'unknown'
}
