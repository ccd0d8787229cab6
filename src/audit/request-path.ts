import { unescape as percentDecode } from 'node:querystring'

/**
 * The segments of a request URI's path as the API server sees them: percent-decoded once, then split, so `%2F`
 * separates too (k8s.io/apiserver RequestInfoFactory works on Go's decoded `URL.Path`). Empty segments are left out.
 * Bad escapes stay as they are, bytes that are not UTF-8 become U+FFFD.
 */
export function pathSegments(uri: string): string[] {
  const query = uri.indexOf('?')
  return percentDecode(query < 0 ? uri : uri.slice(0, query))
    .split('/')
    .filter(segment => segment !== '')
}

/** An object of the core API group that a path names. */
export interface RequestTarget {
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
}

/** The object of `/api/v1/namespaces/{namespace}/{resource}/{name}/{subresource}`, or the same without a namespace. */
export function requestTarget(uri: string): RequestTarget | undefined {
  const segments = pathSegments(uri)
  if (segments[0] !== 'api' || segments[1] !== 'v1') return undefined
  const isNamespaced = segments[2] === 'namespaces'
  const [resource, name, subresource] = segments.slice(isNamespaced ? 4 : 2)
  if (resource === undefined) return undefined
  return { resource, namespace: isNamespaced ? segments[3] : undefined, name, subresource }
}

/**
 * The name in the `scheme:name:port` that proxied objects are addressed by; scheme and port may be missing
 * (k8s.io/apimachinery pkg/util/net SplitSchemeNamePort).
 */
export function nameWithoutPort(name: string): string {
  const parts = name.split(':')
  const bare = parts.length === 3 ? parts[1] : parts.length === 2 ? parts[0] : name
  return bare || name
}
