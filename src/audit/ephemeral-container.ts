/** What a write to `pods/ephemeralcontainers` adds. */
export interface EphemeralContainer {
  readonly name: string | undefined
  readonly image: string | undefined
  /** Command and arguments; undefined when the image's own are used. */
  readonly command: string[] | undefined
  readonly stdin: boolean
  readonly tty: boolean
}

const LIST_POINTER = '/spec/ephemeralContainers'

/**
 * The last ephemeral container of a request body: a pod (update), a merge patch of one (`kubectl debug`), a JSON patch,
 * or the EphemeralContainers object of Kubernetes before 1.22. One with a command goes before one without, so that a
 * harmless one cannot hide it. Undefined when it has none; never throws, bodies are the client's.
 */
export function addedEphemeralContainer(body: unknown): EphemeralContainer | undefined {
  const added = Array.isArray(body) ? body.flatMap(addedByOperation) : containersOf(body)
  const containers = added.filter(isObject)
  const last =
    containers.findLast(({ command, args }) => command !== undefined || args !== undefined) ??
    containers.at(-1)
  if (last === undefined) return undefined
  const command = [...strings(last.command), ...strings(last.args)]
  return {
    name: text(last.name),
    image: text(last.image),
    command: command.length > 0 ? command : undefined,
    stdin: last.stdin === true,
    tty: last.tty === true,
  }
}

/** The containers in `value` of an `add` or `replace` in a JSON patch (RFC 6902). */
function addedByOperation(operation: unknown): unknown[] {
  if (!isObject(operation)) return []
  const { op, path, value } = operation
  if (op !== 'add' && op !== 'replace') return [] // a `test` adds nothing, but could hide what does
  if (path === '') return containersOf(value)
  if (path === '/spec') return containersOf({ spec: value })
  if (path === LIST_POINTER) return Array.isArray(value) ? value : []
  const isElement = typeof path === 'string' && /^\/spec\/ephemeralContainers\/[^/]+$/.test(path)
  return isElement ? [value] : []
}

function containersOf(body: unknown): unknown[] {
  if (!isObject(body)) return []
  const holder = isObject(body.spec) ? body.spec : body
  const containers = holder.ephemeralContainers
  return Array.isArray(containers) ? containers : []
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
