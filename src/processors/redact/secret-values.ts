import { QUOTE } from '../../audit/json.ts'
import type { Path, Visitor } from './walk.ts'
import { stringAt, walkJson } from './walk.ts'

/** Holds the whole object once more, a Secret's data too. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** What a body is known to be before it is looked at. */
export type BodyKind =
  /** Nothing is known: only objects that say that they are Secrets, token requests or token reviews are taken for such. */
  | 'any'
  /** Sent to a Secret: an object, a list or a patch, whatever it says of itself. */
  | 'secret request'
  /** Answered by the API server for a Secret: it may be a Status or a Table. */
  | 'secret response'
  /** A TokenRequest or TokenReview. */
  | 'token'

/** How the members of an object or list are to be taken. */
type Context =
  | 'plain'
  | 'of secrets'
  | 'secret'
  | 'items'
  | 'metadata'
  | 'annotations'
  | 'token'
  | 'hidden'
  | 'safe'

/** What an object says of itself: values of `kind`, and of `path` in a JSON patch; several when a key is there twice. */
interface Labels {
  readonly kinds: string[]
  readonly paths: string[]
}

/** Members of a Secret, a patch of one or the options of its deletion that hold nothing secret. */
const SAFE_MEMBERS = new Set(
  'apiVersion kind type immutable op path from propagationPolicy gracePeriodSeconds orphanDependents dryRun preconditions'.split(
    ' ',
  ),
)
/** What the API server answers instead of a Secret; what is in it is looked at. */
const OTHER_ANSWERS = new Set(['Status', 'Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'])

/** Calls `hide` for each value in the JSON at `start` that is a Secret's or a token, by where it stands. */
export function findSecretValues(
  buffer: Buffer,
  start: number,
  kind: BodyKind,
  hide: (path: Path, start: number, end: number) => void,
  path: (string | number)[] = [],
): void {
  const labels = labelsIn(buffer, start)
  const contexts: Context[] = []
  const outside: Context = kind === 'any' ? 'plain' : kind === 'token' ? 'token' : 'hidden'
  const visitor: Visitor = {
    enter(path, at) {
      const parent = contexts.at(-1)
      const own = labels.get(at)
      contexts.push(
        parent === undefined
          ? rootContext(kind, own)
          : contextOf(parent, path.at(-1) ?? '', own, labels.get(starts.at(-1) ?? -1)),
      )
      starts.push(at)
    },
    leave() {
      contexts.pop()
      starts.pop()
    },
    scalar(path, from, to) {
      const context = contexts.at(-1) ?? outside
      if (isValue(buffer, from, to) && isHidden(context, path.at(-1) ?? '', labels.get(starts.at(-1) ?? -1)))
        hide(path, from, to)
    },
  }
  const starts: number[] = []
  walkJson(buffer, start, visitor, path)
}

/** By the offset of the objects that have any. */
function labelsIn(buffer: Buffer, start: number): ReadonlyMap<number, Labels> {
  const labels = new Map<number, Labels>()
  const starts: number[] = []
  walkJson(buffer, start, {
    enter: (_, at) => starts.push(at),
    leave: () => starts.pop(),
    scalar(path, from, to) {
      const key = path.at(-1)
      const object = starts.at(-1)
      if ((key !== 'kind' && key !== 'path') || object === undefined || buffer[from] !== QUOTE) return
      const own = labels.get(object) ?? { kinds: [], paths: [] }
      labels.set(object, own)
      own[key === 'kind' ? 'kinds' : 'paths'].push(stringAt(buffer, from, to))
    },
  })
  return labels
}

function rootContext(kind: BodyKind, labels: Labels | undefined): Context {
  if (kind === 'any') return saidContext(labels) ?? 'plain'
  if (kind === 'token') return 'token'
  const kinds = labels?.kinds ?? []
  const isOther =
    kind === 'secret response' && kinds.length > 0 && kinds.every(name => OTHER_ANSWERS.has(name))
  return isOther ? 'of secrets' : 'secret'
}

/** What an object says that it is. */
function saidContext(labels: Labels | undefined): Context | undefined {
  const kinds = labels?.kinds ?? []
  if (kinds.includes('Secret') || kinds.includes('SecretList')) return 'secret'
  return kinds.includes('TokenRequest') || kinds.includes('TokenReview') ? 'token' : undefined
}

function contextOf(
  parent: Context,
  key: string | number,
  own: Labels | undefined,
  siblings: Labels | undefined,
): Context {
  switch (parent) {
    case 'plain':
    case 'of secrets':
      return saidContext(own) ?? parent
    case 'secret':
      if (typeof key === 'number') return 'secret'
      if (key === 'items') return 'items'
      if (key === 'metadata') return 'metadata'
      if (key === 'value') return patchedContext(siblings)
      return SAFE_MEMBERS.has(key) ? 'safe' : 'hidden'
    case 'items':
      return 'secret'
    case 'metadata':
      return key === 'annotations' ? 'annotations' : 'safe'
    default:
      return parent
  }
}

/** Of the `value` in an operation of a JSON patch. */
function patchedContext(operation: Labels | undefined): Context {
  const paths = operation?.paths ?? []
  const contexts = new Set(paths.map(patchedPart))
  const [context] = contexts
  return context === undefined || contexts.size > 1 ? 'hidden' : context
}

function patchedPart(path: string): Context {
  if (path === '/metadata') return 'metadata'
  if (path.startsWith('/metadata/annotations'))
    return path === '/metadata/annotations'
      ? 'annotations'
      : path.includes('last-applied')
        ? 'hidden'
        : 'safe'
  return /^\/(metadata\/|type$|immutable$)/.test(path) ? 'safe' : 'hidden'
}

function isHidden(context: Context, key: string | number, siblings: Labels | undefined): boolean {
  switch (context) {
    case 'hidden':
    case 'items':
      return true
    case 'secret':
      if (key === 'value') return patchedContext(siblings) === 'hidden'
      return typeof key === 'number' || !SAFE_MEMBERS.has(key)
    case 'token':
      return key === 'token'
    default:
      return key === LAST_APPLIED && context !== 'plain'
  }
}

/** Not null, true, false or empty: they are no secrets, and in a patch null removes. */
function isValue(buffer: Buffer, at: number, end: number): boolean {
  const first = buffer[at] ?? 0
  return (first === QUOTE && end > at + 2) || first === 0x2d || (first >= 0x30 && first <= 0x39)
}
