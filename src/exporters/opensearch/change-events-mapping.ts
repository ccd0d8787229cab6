import { ADDRESS, INTEGER, KEYWORD, propertiesOf, TIME } from './field-mappings.ts'
import { type JsonObject, type Marked, markFor } from './managed.ts'

const BOOLEAN = { type: 'boolean' }

/** A command is found by each argument as a whole, and by words in the order of the command line across its arguments. */
const COMMAND = { ...KEYWORD, fields: { text: { type: 'text', norms: false, position_increment_gap: 0 } } }

const FIELDS: Readonly<Record<string, JsonObject>> = {
  timestamp: TIME,
  started_at: TIME,
  ended_at: TIME,
  duration_ms: { type: 'double', ignore_malformed: true },
  operation: KEYWORD,
  resource_kind: KEYWORD,
  namespace: KEYWORD,
  name: KEYWORD,
  'actor.username': KEYWORD,
  'actor.groups': KEYWORD,
  'actor.service_account': KEYWORD,
  'actor.source_ip': ADDRESS,
  'actor.impersonated.username': KEYWORD,
  'actor.impersonated.groups': KEYWORD,
  'source.tool': KEYWORD,
  allowed: BOOLEAN,
  response_code: INTEGER,
  'exec_metadata.command': COMMAND,
  'exec_metadata.container': KEYWORD,
  'exec_metadata.stdin': BOOLEAN,
  'exec_metadata.tty': BOOLEAN,
  'exec_metadata.target_type': KEYWORD,
  'exec_metadata.node_name': KEYWORD,
  'exec_metadata.image': KEYWORD,
  cluster: KEYWORD,
  audit_id: KEYWORD,
  stage: KEYWORD,
}

const MAPPING: JsonObject = {
  dynamic: false,
  date_detection: false,
  properties: propertiesOf(new Map(Object.entries(FIELDS))),
}

/** The mapping of change events. */
export const CHANGE_EVENTS_MAPPING: Marked = { _meta: markFor(MAPPING), ...MAPPING }
