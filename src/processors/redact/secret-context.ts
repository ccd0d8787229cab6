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
export type Context =
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
export interface Labels {
  readonly kinds: string[]
  readonly paths: string[]
  /** Whether it has what objects have and references to them have not: metadata or data. */
  isWhole: boolean
}

/** Members that only whole objects have, in any case. */
export const isOfWhole = (key: string | number | undefined) =>
  typeof key === 'string' && /^(?:metadata|data|stringdata)$/i.test(key)

/** Members of a Secret, a patch of one or the options of its deletion that hold nothing secret. */
const SAFE_MEMBERS = new Set(
  'apiVersion kind type immutable op path from propagationPolicy gracePeriodSeconds orphanDependents dryRun preconditions'.split(
    ' ',
  ),
)
/** What the API server answers instead of a Secret; what is in it is looked at. */
const OTHER_ANSWERS = new Set(['Status', 'Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'])

/** Of the value at the root of a body. */
export function rootContext(kind: BodyKind, labels: Labels | undefined): Context {
  if (kind === 'any') return saidContext(labels) ?? 'plain'
  if (kind === 'token') return 'token'
  const kinds = labels?.kinds ?? []
  const isOther =
    kind === 'secret response' && kinds.length > 0 && kinds.every(name => OTHER_ANSWERS.has(name))
  return isOther ? 'of secrets' : 'secret'
}

/** What an object says that it is. One that says only of which kind and name a Secret is refers to it, and hides nothing. */
function saidContext(labels: Labels | undefined): Context | undefined {
  const kinds = labels?.kinds ?? []
  if (kinds.includes('SecretList') || (labels?.isWhole && kinds.includes('Secret'))) return 'secret'
  return kinds.includes('TokenRequest') || kinds.includes('TokenReview') ? 'token' : undefined
}

/** Of an object or list that is the member `key` of another one. */
export function contextOf(
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
      return typeof key === 'string' && /^annotations$/i.test(key) ? 'annotations' : 'safe'
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

/** Whether a string holds a Secret once more, as JSON. */
export function isLastApplied(context: Context, key: string | number): boolean {
  return key === LAST_APPLIED && context !== 'plain' && context !== 'hidden'
}

/** Whether a string or number that is the member `key` is secret. */
export function isHidden(context: Context, key: string | number, siblings: Labels | undefined): boolean {
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
      return false
  }
}
