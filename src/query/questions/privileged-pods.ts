import { requests } from '../collect.ts'
import { all, any, body, type Condition, exists, is, not } from '../condition.ts'
import { COLUMN } from '../output/columns.ts'
import { PRIVILEGE_KEYS, privileges } from '../privileged.ts'
import type { Question } from '../question.ts'
import { requestRow } from '../request-row.ts'
import { COMPONENT } from './conditions.ts'

const { time, user, from, verb, object, code, why } = COLUMN

/** Pods, and whatever holds a template of pods, created or changed. */
const WRITTEN_PODS: Condition = all(
  is(
    'resource',
    'pods',
    'deployments',
    'daemonsets',
    'statefulsets',
    'replicasets',
    'replicationcontrollers',
    'jobs',
    'cronjobs',
  ),
  is('verb', 'create', 'update', 'patch'),
  any(not(exists('subresource')), is('subresource', 'ephemeralcontainers')),
  not(COMPONENT),
)

/** Which pods were written that reach their node, and in what. */
export const PRIVILEGED_PODS: Question = {
  name: 'privileged-pods',
  help: 'Pods and templates written with a privileged container, or the node’s network, processes, IPC or disk (hostPath)',
  condition: () =>
    all(
      WRITTEN_PODS,
      body(PRIVILEGE_KEYS, event => privileges(event).length > 0),
    ),
  collect: () => requests(rowOf),
  rowOf,
  columns: [time, user, from, verb, object, why, code],
}

function rowOf(event: Parameters<typeof requestRow>[0]) {
  return { ...requestRow(event), why: privileges(event) }
}
