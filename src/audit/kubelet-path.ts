import { pathSegments } from './request-path.ts'

/** What the kubelet is asked for behind `nodes/proxy`. */
export interface KubeletPath {
  /** The node as the path names it, perhaps with scheme and port. */
  readonly node: string
  /** First segment: `run`, `exec`, `attach`, `portForward`, or anything else the kubelet serves; undefined for its root. */
  readonly endpoint: string | undefined
  readonly namespace: string | undefined
  readonly pod: string | undefined
  readonly container: string | undefined
}

/**
 * Reads `/api/v1/nodes/{node}/proxy/…` as the kubelet gets it: decoded once (the API server encodes it again, so a
 * second layer of escapes is never undone), doubled slashes collapsed, `.` and `..` resolved without leaving the root
 * (Go's path.Join). So `//%65xec`, `r%75n` and `pods/../run` are found; `r%2575n` and `Run` are no endpoint of the
 * kubelet. `run`, `exec` and `attach` are followed by `{namespace}/{pod}[/{uid}]/{container}`, `portForward` by
 * `{namespace}/{pod}[/{uid}]`. Undefined when the URI has no `nodes/{node}/proxy`.
 */
export function kubeletPath(uri: string): KubeletPath | undefined {
  const segments = pathSegments(uri)
  const nodes = segments.findIndex((segment, i) => segment === 'nodes' && segments[i + 2] === 'proxy')
  const node = segments[nodes + 1]
  if (nodes < 0 || node === undefined) return undefined
  const [endpoint, namespace, pod, third, fourth] = withoutDots(segments.slice(nodes + 3))
  const container = endpoint === 'portForward' ? undefined : (fourth ?? third)
  return { node, endpoint, namespace, pod, container }
}

function withoutDots(segments: readonly string[]): string[] {
  const clean: string[] = []
  for (const segment of segments) {
    if (segment === '..') clean.pop()
    else if (segment !== '.') clean.push(segment)
  }
  return clean
}
