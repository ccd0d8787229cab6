import type { AuditEvent } from './event.ts'
import { latencyMicroseconds } from './event-time.ts'
import { FIELD, type Field } from './fields.ts'
import { CHANGE_EVENTS_INDEX, type InteractiveAccess, interactiveAccess } from './interactive-access.ts'

/** A value an attribute can have. */
export type AttributeValue = string | number | boolean | readonly string[]

/** How an attribute is typed on every wire. */
export type AttributeKind = 'string' | 'string[]' | 'int' | 'bool'

/** One row of the attribute table. Exactly one of `field`, `derive` and `access` says where the value comes from. */
export interface AttributeDefinition {
  /** The full name, `k8s.auditlog.` included. */
  readonly name: string
  readonly kind: AttributeKind
  /** Type in an OpenSearch mapping. */
  readonly mapping: 'keyword' | 'ip' | 'text' | 'date_nanos' | 'long' | 'boolean'
  /** Written unless the configuration excludes it. */
  readonly default: boolean
  readonly description: string
  /** The field whose bytes it is; encoders copy them without decoding. */
  readonly field?: Field
  /** Computes the value from the event. */
  readonly derive?: (event: AuditEvent) => AttributeValue | undefined
  /** Takes the value from an interactive access; absent on all other events. */
  readonly access?: (access: InteractiveAccess) => AttributeValue | undefined
}

type Source = Pick<AttributeDefinition, 'field' | 'derive' | 'access'>

function row(
  name: string,
  kind: AttributeKind,
  mapping: AttributeDefinition['mapping'],
  on: boolean,
  description: string,
  source: Source,
): AttributeDefinition {
  return { name: `k8s.auditlog.${name}`, kind, mapping, default: on, description, ...source }
}

const text = (name: string, field: Field, description: string, on = true) =>
  row(name, 'string', 'keyword', on, description, { field })
const list = (name: string, field: Field, description: string, mapping: 'keyword' | 'ip' = 'keyword') =>
  row(name, 'string[]', mapping, true, description, { field })
const time = (name: string, field: Field, description: string) =>
  row(name, 'string', 'date_nanos', true, description, { field })

/** The attribute table: what the configuration may name, what encoders write, what the reference page lists, in this order. */
export const ATTRIBUTES: readonly AttributeDefinition[] = [
  text('audit_id', FIELD.auditID, 'auditID; chosen by the client if it wants to, so no identity'),
  text('level', FIELD.level, 'Audit level of the policy rule that matched'),
  text('stage', FIELD.stage, 'RequestReceived, ResponseStarted, ResponseComplete or Panic'),
  text('verb', FIELD.verb, 'Kubernetes verb; exec by WebSocket is `get`'),
  text('request_uri', FIELD.requestURI, 'Request URI with its query'),
  text('user_agent', FIELD.userAgent, "The client's user agent"),
  time('stage_timestamp', FIELD.stageTimestamp, 'When the stage was reached, as written'),
  time('request_received_timestamp', FIELD.requestReceivedTimestamp, 'When the request arrived, as written'),
  text('user.username', FIELD.userUsername, 'Who called'),
  text('user.uid', FIELD.userUid, "The caller's uid", false),
  list('user.groups', FIELD.userGroups, "The caller's groups"),
  text('impersonated_user.username', FIELD.impersonatedUsername, 'As whom the caller acted'),
  list('impersonated_user.groups', FIELD.impersonatedGroups, 'Groups of the impersonated user'),
  list('source_ips', FIELD.sourceIPs, 'Addresses the request came by; only the last cannot be forged', 'ip'),
  text('resource', FIELD.objectResource, 'Resource, such as pods'),
  text('subresource', FIELD.objectSubresource, 'Subresource, such as exec'),
  text('namespace', FIELD.objectNamespace, 'Namespace of the object'),
  text('name', FIELD.objectName, 'Name of the object'),
  text('api_group', FIELD.objectApiGroup, 'API group of the object'),
  text('api_version', FIELD.objectApiVersion, 'API version of the object'),
  row('response.code', 'int', 'long', true, 'HTTP status; 101 is an opened session', {
    field: FIELD.responseCode,
  }),
  text('response.reason', FIELD.responseReason, 'Reason of a failure, such as Forbidden'),
  row('response.message', 'string', 'text', false, 'Message of a failure', { field: FIELD.responseMessage }),
  text('decision', FIELD.decision, 'allow or forbid'),
  text('decision_reason', FIELD.decisionReason, 'Which role allowed it', false),
  row('latency_us', 'int', 'long', true, 'Microseconds from request received to this stage', {
    derive: latencyMicroseconds,
  }),
  row('sample_rate', 'int', 'long', true, 'Of so many requests one was kept, by the processor `sample`', {
    derive: event => event.sampleRate,
  }),
  row('operation', 'string', 'keyword', true, 'EXEC, ATTACH, PORTFORWARD, PROXY or DEBUG', {
    access: access => access.operation,
  }),
  row('exec.command', 'string[]', 'keyword', true, 'Command line of an exec', {
    access: access => access.command,
  }),
  row('exec.container', 'string', 'keyword', true, 'Container of an exec or attach', {
    access: access => access.container,
  }),
  row('exec.stdin', 'bool', 'boolean', true, 'Whether input was passed', { access: access => access.stdin }),
  row('exec.tty', 'bool', 'boolean', true, 'Whether it had a terminal', { access: access => access.tty }),
  row('exec.target_type', 'string', 'keyword', true, 'pod, node or service', {
    access: access => access.targetType,
  }),
  row('exec.node_name', 'string', 'keyword', true, 'Node behind which a kubelet was reached', {
    access: access => access.nodeName,
  }),
  row(
    'index',
    'string',
    'keyword',
    true,
    '`change_events` on interactive access, so a collector can route it',
    {
      access: () => CHANGE_EVENTS_INDEX,
    },
  ),
]

/** The attributes written when the configuration says nothing. */
export const DEFAULT_ATTRIBUTES = ATTRIBUTES.filter(attribute => attribute.default)

/** The attribute's value on this event, decoded; undefined when the event has none or one of another type. */
export function attributeValue(
  attribute: AttributeDefinition,
  event: AuditEvent,
): AttributeValue | undefined {
  if (attribute.derive !== undefined) return attribute.derive(event)
  if (attribute.access !== undefined) {
    const access = interactiveAccess(event)
    return access && attribute.access(access)
  }
  if (attribute.field === undefined) return undefined
  if (attribute.kind === 'string') return event.text(attribute.field)
  if (attribute.kind === 'int') return event.integer(attribute.field)
  return event.strings(attribute.field)
}

/** All attributes the event has, by name. */
export function attributesOf(
  event: AuditEvent,
  attributes: readonly AttributeDefinition[] = DEFAULT_ATTRIBUTES,
): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {}
  for (const attribute of attributes) {
    const value = attributeValue(attribute, event)
    if (value !== undefined) values[attribute.name] = value
  }
  return values
}
