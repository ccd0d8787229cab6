import { isOutside } from './outside-addresses.ts'
import { all, any, exists, is, not, startsWith } from './query.ts'
import { aboutEvents, attribute, type Question } from './question.ts'

const verb = attribute('verb')
const resource = attribute('resource')
const subresource = attribute('subresource')
const operation = attribute('operation')
const code = attribute('response.code')
const user = attribute('user.username')

const SERVICE_ACCOUNT = 'system:serviceaccount:'
const WRITES = is(verb, 'create', 'update', 'patch', 'delete', 'deletecollection')
const REFUSED = any(is(code, 401, 403), is(attribute('decision'), 'forbid'))
/** Without PROXY: metrics are scraped that way all the time. */
const INTERACTIVE = is(operation, 'EXEC', 'ATTACH', 'PORTFORWARD', 'DEBUG')
const COMPONENT = any(
  is(user, 'system:apiserver'),
  startsWith(user, 'system:kube-'),
  startsWith(user, 'system:node:'),
  startsWith(user, `${SERVICE_ACCOUNT}kube-system:`),
)

/** What the columns of a session are in audit events. */
const ACCESS = ['operation', 'namespace', 'name', 'exec.command', 'exec.container', 'response.code']

/** The questions that audit events answer. */
export const AUDIT_QUESTIONS: readonly Question[] = [
  aboutEvents(
    'requests',
    'All requests, and the top endpoints',
    'Every answered request; the aggregation counts them by resource, subresource and verb. What has no resource, such as `/healthz`, counts as `(none)`.',
    undefined,
    {
      columns: ['verb', 'request_uri', 'response.code'],
      aggregations: {
        resources: {
          terms: { field: resource, missing: '(none)', size: 20 },
          aggs: {
            subresources: {
              terms: { field: subresource, missing: '(none)', size: 10 },
              aggs: { verbs: { terms: { field: verb, size: 10 } } },
            },
          },
        },
      },
    },
  ),
  aboutEvents(
    'secrets',
    'Access to secrets',
    'Every request for secrets, refused ones too. A pod that mounts a secret leaves no event of its own: its kubelet does.',
    is(resource, 'secrets'),
  ),
  aboutEvents(
    'failed-authentication',
    'Failed authentication',
    'Requests whose sender could not be identified. They have an empty user, and the stage ResponseStarted only.',
    is(code, 401),
    { columns: ['verb', 'request_uri', 'user_agent', 'response.code'] },
  ),
  aboutEvents(
    'refused',
    'Refused requests',
    'Requests that authorization or admission refused: code 403, also where the decision was `allow`. A refused exec is there twice, at ResponseStarted and at ResponseComplete: count audit IDs.',
    any(is(code, 403), is(attribute('decision'), 'forbid')),
    { columns: ['verb', 'request_uri', 'response.code', 'response.reason'] },
  ),
  aboutEvents(
    'one-user',
    'Everything by one user',
    'All that `alice` did, herself or by impersonating someone, and all that was done in her name: put the name you look for in both places.',
    any(is(user, 'alice'), is(attribute('impersonated_user.username'), 'alice')),
  ),
  aboutEvents(
    'interactive',
    'Interactive access',
    'Exec, attach, port-forward and debug containers by whichever verb, and a kubelet’s run, exec, attach and portForward behind `nodes/proxy`. 101 is an opened session. The change events have one row for each instead of one for each stage.',
    INTERACTIVE,
    { columns: ACCESS },
  ),
  aboutEvents(
    'interactive-refused',
    'Refused interactive access',
    'Exec, attach, port-forward and debug containers that were refused. One `kubectl exec` can leave two: a WebSocket request, then SPDY.',
    all(INTERACTIVE, REFUSED),
    { columns: ACCESS },
  ),
  aboutEvents(
    'proxied',
    'Requests through the proxy of the API server',
    'Requests that reached pods, services or kubelets through the API server, other than run, exec, attach and portForward of a kubelet.',
    is(operation, 'PROXY'),
    { columns: ['operation', 'request_uri', 'exec.target_type', 'exec.node_name', 'response.code'] },
  ),
  aboutEvents(
    'rbac-changes',
    'RBAC changes',
    'Writes of roles and bindings, refused ones and dry runs too. What was granted stands in `event.requestObject`, where the audit policy records it.',
    all(is(resource, 'roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'), WRITES),
  ),
  aboutEvents(
    'outside',
    'Requests from outside',
    'Requests with a source address that is neither private (10/8, 172.16/12, 192.168/16, fc00::/7) nor shared (100.64/10), loopback or link-local. Only the last address is sure, a client can send the others; an address that is no IP address is not found.',
    isOutside(attribute('source_ips')),
    { columns: ['verb', 'request_uri', 'user_agent', 'response.code'] },
  ),
  aboutEvents(
    'networkpolicy-deletion',
    'Deleted network policies',
    'Deletions of network policies, refused ones too.',
    all(is(resource, 'networkpolicies'), is(verb, 'delete', 'deletecollection')),
  ),
  aboutEvents(
    'token-requests',
    'Tokens of service accounts',
    'Requests for a token of a service account: resource `serviceaccounts`, subresource `token`. Kubelets make most of them.',
    all(is(resource, 'serviceaccounts'), is(subresource, 'token'), is(verb, 'create')),
  ),
  aboutEvents(
    'writes',
    'Writes',
    'Requests that create, change or delete. Exec by WebSocket is a `get`: see interactive access. A dry run by `kubectl delete` shows only in the body.',
    WRITES,
  ),
  aboutEvents(
    'one-namespace',
    'Everything in one namespace',
    'All requests for the namespace `payments` and what is in it: put in the one you look for. Lists over all namespaces are not among them.',
    is(attribute('namespace'), 'payments'),
  ),
  aboutEvents(
    'service-accounts',
    'Requests by service accounts',
    'All that service accounts did.',
    startsWith(user, SERVICE_ACCOUNT),
  ),
  aboutEvents(
    'people',
    'Requests by people',
    'All that users did whose name does not begin with `system:`, and `system:admin`, as whom k3s and OpenShift let their administrators in: people, and programs with credentials of their own. Anonymous requests and those whose sender could not be identified are not among them.',
    any(is(user, 'system:admin'), all(exists(user), not(startsWith(user, 'system:')))),
  ),
  aboutEvents(
    'sensitive',
    'Sensitive resources',
    'Requests for what rights, identities, secrets and policies are made of, but by the API server, controller manager, scheduler, proxies, kubelets and service accounts of kube-system.',
    all(
      any(
        is(
          resource,
          'secrets',
          'configmaps',
          'serviceaccounts',
          'roles',
          'clusterroles',
          'rolebindings',
          'clusterrolebindings',
          'certificatesigningrequests',
          'networkpolicies',
          'mutatingwebhookconfigurations',
          'validatingwebhookconfigurations',
          'validatingadmissionpolicies',
          'validatingadmissionpolicybindings',
        ),
        all(is(resource, 'nodes'), is(subresource, 'proxy')),
      ),
      not(COMPONENT),
    ),
  ),
  aboutEvents(
    'workloads',
    'Written pods and workloads',
    'Pods, and whatever holds a template of pods, created or changed, but by the components of the cluster: the candidates for privileged pods. Whether a pod is privileged stands in its body, which is not indexed: the search for privileged pods in docs/queries.md reads it.',
    all(
      is(
        resource,
        'pods',
        'deployments',
        'daemonsets',
        'statefulsets',
        'replicasets',
        'replicationcontrollers',
        'jobs',
        'cronjobs',
      ),
      any(not(exists(subresource)), is(subresource, 'ephemeralcontainers')),
      is(verb, 'create', 'update', 'patch'),
      not(COMPONENT),
    ),
  ),
]
