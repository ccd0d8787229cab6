import { any, type Condition, is, startsWith } from '../condition.ts'

/** Verbs that create, change or delete. Exec by WebSocket is a `get`. */
export const WRITES = is('verb', 'create', 'update', 'patch', 'delete', 'deletecollection')

/** Refused by authentication, authorization or admission; since 1.35 the decision may be `allow` all the same. */
export const REFUSED = any(is('response.code', 401, 403), is('decision', 'forbid'))

/** Without PROXY: metrics are scraped that way all the time. */
export const INTERACTIVE = is('operation', 'EXEC', 'ATTACH', 'PORTFORWARD', 'DEBUG')

/** Of users that are service accounts. */
export const SERVICE_ACCOUNT = startsWith('user.username', 'system:serviceaccount:')

/** What a cluster is made of: API server, controller manager, scheduler, proxies, kubelets, service accounts of kube-system. */
export const COMPONENT: Condition = any(
  is('user.username', 'system:apiserver'),
  startsWith('user.username', 'system:kube-'),
  startsWith('user.username', 'system:node:'),
  startsWith('user.username', 'system:serviceaccount:kube-system:'),
)

/** Roles and bindings. */
export const RBAC = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'] as const
