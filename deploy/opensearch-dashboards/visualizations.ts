import { attribute } from './question.ts'
import { question } from './questions.ts'
import type { Bucket, Visualization } from './visualization.ts'

const terms = (field: string, label: string, size = 10): Bucket => ({
  by: 'terms',
  field,
  label,
  size,
  none: false,
})
const termsOrNone = (field: string, label: string, size = 10): Bucket => ({
  by: 'terms',
  field,
  label,
  size,
  none: true,
})
const questions = (...ids: readonly string[]): Bucket => ({ by: 'questions', questions: ids.map(question) })
const TIME: Bucket = { by: 'time' }

/** Charts of all audit events. */
export const OVERVIEW_CHARTS = {
  numbers: {
    id: 'auditship-overview-numbers',
    title: 'What happened',
    of: question('requests'),
    type: 'metric',
    buckets: [
      questions(
        'requests',
        'refused',
        'failed-authentication',
        'secrets',
        'interactive',
        'rbac-changes',
        'outside',
        'networkpolicy-deletion',
      ),
    ],
  },
  requests: {
    id: 'auditship-overview-requests',
    title: 'Requests by verb',
    of: question('requests'),
    type: 'histogram',
    buckets: [TIME, terms(attribute('verb'), 'Verb')],
  },
  refusals: {
    id: 'auditship-overview-refusals',
    title: 'Refused requests by user',
    of: question('refused'),
    type: 'histogram',
    buckets: [TIME, termsOrNone(attribute('user.username'), 'User', 5)],
  },
  callers: {
    id: 'auditship-overview-callers',
    title: 'People and service accounts',
    of: question('requests'),
    type: 'pie',
    buckets: [questions('people', 'service-accounts')],
  },
  users: {
    id: 'auditship-overview-users',
    title: 'Top users',
    of: question('requests'),
    type: 'table',
    buckets: [termsOrNone(attribute('user.username'), 'User', 20)],
  },
  endpoints: {
    id: 'auditship-overview-endpoints',
    title: 'Top endpoints',
    of: question('requests'),
    type: 'table',
    buckets: [
      termsOrNone(attribute('resource'), 'Resource', 20),
      termsOrNone(attribute('subresource'), 'Subresource'),
      terms(attribute('verb'), 'Verb'),
    ],
  },
  outside: {
    id: 'auditship-overview-outside',
    title: 'Addresses of requests from outside',
    of: question('outside'),
    type: 'table',
    buckets: [
      terms(attribute('source_ips'), 'Address', 20),
      termsOrNone(attribute('user.username'), 'User', 5),
    ],
  },
} as const satisfies Record<string, Visualization>

/** Charts of interactive access, from the change events. */
export const SESSION_CHARTS = {
  numbers: {
    id: 'auditship-sessions-numbers',
    title: 'Interactive access',
    of: question('sessions'),
    type: 'metric',
    buckets: [questions('sessions', 'sessions-refused', 'sessions-open', 'sessions-terminal')],
  },
  operations: {
    id: 'auditship-sessions-operations',
    title: 'Sessions by operation',
    of: question('sessions'),
    type: 'histogram',
    buckets: [TIME, terms('operation', 'Operation')],
  },
  users: {
    id: 'auditship-sessions-users',
    title: 'Who',
    of: question('sessions'),
    type: 'table',
    buckets: [terms('actor.username', 'User', 20), terms('operation', 'Operation')],
  },
  targets: {
    id: 'auditship-sessions-targets',
    title: 'Into what',
    of: question('sessions'),
    type: 'table',
    buckets: [terms('namespace', 'Namespace', 20), terms('name', 'Name')],
  },
  tools: {
    id: 'auditship-sessions-tools',
    title: 'With which program',
    of: question('sessions'),
    type: 'pie',
    buckets: [terms('source.tool', 'Program')],
  },
} as const satisfies Record<string, Visualization>
