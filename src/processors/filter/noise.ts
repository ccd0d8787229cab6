import type { AuditEvent } from '../../audit/event.ts'
import { FIELD } from '../../audit/fields.ts'
import { allOf } from '../../condition/matcher.ts'
import type { Rule } from '../../condition/rule.ts'
import { isPlainRead } from '../../condition/spared.ts'

/** Paths by which probes and load balancers ask whether the API server is well, and what is below them. */
const HEALTH_PATHS = ['/healthz', '/livez', '/readyz', '/version']

/** Users of the control plane and of k3s and RKE2: kubelets and service accounts in kube-system beside. */
const COMPONENTS = [
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:kube-proxy',
  'system:cloud-controller-manager',
  'system:k3s-controller',
  'system:k3s-supervisor',
  'system:rke2-controller',
  'system:rke2-supervisor',
]

const isOf = (event: AuditEvent, resource: string, groups: readonly string[]) =>
  event.textIs(FIELD.objectResource, resource) && groups.includes(event.text(FIELD.objectApiGroup) ?? '')

function isHealthCheck(event: AuditEvent): boolean {
  if (event.startOf(FIELD.objectRef) >= 0) return false
  return HEALTH_PATHS.some(
    path =>
      event.textStartsWith(FIELD.requestURI, path) &&
      /^(?:[/?]|$)/.test(event.requestURI?.slice(path.length) ?? ''),
  )
}

function isComponentWatch(event: AuditEvent): boolean {
  return (
    event.textIs(FIELD.verb, 'watch') &&
    (event.textStartsWith(FIELD.userUsername, 'system:node:') ||
      event.textStartsWith(FIELD.userUsername, 'system:serviceaccount:kube-system:') ||
      COMPONENTS.some(name => event.textIs(FIELD.userUsername, name)))
  )
}

const rule = (name: string, matches: Rule['matches']): Rule => ({
  name: `noise/${name}`,
  matches: allOf([matches, isPlainRead]),
})

/**
 * What `noise: true` drops, and all of it only where it is a plain read: so never a write, interactive access, what was
 * refused or failed, or a read of a Secret.
 */
export const NOISE: readonly Rule[] = [
  rule('leases', event => isOf(event, 'leases', ['coordination.k8s.io'])),
  rule('health-checks', isHealthCheck),
  rule('events', event => isOf(event, 'events', ['', 'events.k8s.io'])),
  rule('watches', isComponentWatch),
]
