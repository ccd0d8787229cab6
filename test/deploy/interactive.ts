import { unescape as percentDecoded } from 'node:querystring'
import type { RawEvent } from './raw-event.ts'

/** What a request's URI says about interactive access. Judged by the URI alone, unlike the program, which trusts objectRef. */
export interface Access {
  readonly kind: 'session' | 'proxied'
  readonly namespace: string | undefined
  readonly pod: string | undefined
}

const POD = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/(exec|attach|portforward|ephemeralcontainers)$/
const KUBELET = /^\/api\/v1\/nodes\/[^/]+\/proxy\/(?:run|exec|attach|portForward)\/([^/]+)\/([^/]+)(\/|$)/
const POD_PROXY = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/(?:https?:)?([^/:]+)(?::\w*)?\/proxy(\/|$)/
const PROXY = /^\/api\/v1\/(nodes|namespaces\/[^/]+\/services)\/[^/]+\/proxy(\/|$)/

/** The interactive access that an event records. */
export function accessOf(event: RawEvent): Access | undefined {
  const [path = ''] = (event.requestURI ?? '').split('?')
  const plain = percentDecoded(path).replaceAll(/\/{2,}/g, '/')
  const pod = POD.exec(plain)
  if (pod !== null) {
    const isRead = pod[3] === 'ephemeralcontainers' && /^(get|list|watch)$/.test(event.verb ?? '')
    return isRead ? undefined : { kind: 'session', namespace: pod[1], pod: pod[2] }
  }
  const kubelet = KUBELET.exec(plain)
  if (kubelet !== null) return { kind: 'session', namespace: kubelet[1], pod: kubelet[2] }
  const podProxy = POD_PROXY.exec(plain)
  if (podProxy !== null) return { kind: 'proxied', namespace: podProxy[1], pod: podProxy[2] }
  return PROXY.test(plain) ? { kind: 'proxied', namespace: undefined, pod: undefined } : undefined
}

/** Whether the event says that the request was refused. */
export function isRefused(event: RawEvent): boolean {
  const code = event.responseStatus?.code
  return code === 401 || code === 403 || event.annotations?.['authorization.k8s.io/decision'] === 'forbid'
}
