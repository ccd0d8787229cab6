import { OUTSIDE } from '../addresses.ts'
import { requests } from '../collect.ts'
import { all, any, type Condition, fromAddress, is, not } from '../condition.ts'
import { inNamespace, ofUser } from '../filters.ts'
import type { Column } from '../output/column-definition.ts'
import { COLUMN } from '../output/columns.ts'
import type { Question } from '../question.ts'
import { requestRow } from '../request-row.ts'
import { COMPONENT, RBAC, WRITES } from './conditions.ts'

const { time, user, from, verb, object, path, agent, code, reason } = COLUMN

const WHAT = [time, user, from, verb, object, code]

function aboutRequests(
  name: string,
  help: string,
  condition: Condition,
  columns: readonly Column[] = WHAT,
): Question {
  return { name, help, condition: () => condition, collect: requests, rowOf: requestRow, columns }
}

/** Questions whose answer is a list of requests. */
export const REQUEST_QUESTIONS: readonly Question[] = [
  aboutRequests(
    'proxy',
    'Requests to pods, services and kubelets through the proxy of the API server, other than interactive access',
    is('operation', 'PROXY'),
    [time, user, from, verb, path, code],
  ),
  aboutRequests('secrets', 'Every request for secrets, refused ones too', is('resource', 'secrets')),
  aboutRequests(
    'failed-auth',
    'Requests whose sender could not be identified (401)',
    is('response.code', 401),
    [time, from, verb, path, agent, code],
  ),
  aboutRequests(
    'denied',
    'Requests that authorization or admission refused (403)',
    any(is('response.code', 403), is('decision', 'forbid')),
    [...WHAT, reason],
  ),
  {
    ...aboutRequests(
      'user',
      'All that one user did, also in another’s name, and all that was done in that user’s name',
      all(),
    ),
    argument: 'USER',
    condition: ofUser,
  },
  {
    ...aboutRequests('namespace', 'All requests for one namespace and what is in it', all()),
    argument: 'NAMESPACE',
    condition: inNamespace,
  },
  aboutRequests(
    'rbac',
    'Roles and bindings created, changed or deleted',
    all(is('resource', ...RBAC), WRITES),
  ),
  aboutRequests(
    'external',
    'Requests from addresses that are neither private, shared, loopback nor link-local',
    fromAddress(OUTSIDE),
  ),
  aboutRequests(
    'sensitive',
    'Requests for what rights, identities, secrets and policies are made of, but by the cluster’s own components',
    all(
      any(
        is(
          'resource',
          'secrets',
          'configmaps',
          'serviceaccounts',
          ...RBAC,
          'certificatesigningrequests',
          'networkpolicies',
          'mutatingwebhookconfigurations',
          'validatingwebhookconfigurations',
          'validatingadmissionpolicies',
          'validatingadmissionpolicybindings',
        ),
        all(is('resource', 'nodes'), is('subresource', 'proxy')),
      ),
      not(COMPONENT),
    ),
  ),
  aboutRequests(
    'network-policy',
    'Network policies deleted',
    all(is('resource', 'networkpolicies'), is('verb', 'delete', 'deletecollection')),
  ),
  aboutRequests(
    'tokens',
    'Tokens of service accounts requested',
    all(is('subresource', 'token'), is('resource', 'serviceaccounts'), is('verb', 'create')),
  ),
  aboutRequests('writes', 'All that was created, changed or deleted', WRITES),
  aboutRequests('delete', 'All that was deleted', is('verb', 'delete', 'deletecollection')),
  aboutRequests('requests', 'All requests', all()),
]
