import { createHash } from 'node:crypto'

/** JSON that OpenSearch is sent. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
/** An object of it. */
export type JsonObject = { readonly [key: string]: Json }

/**
 * Marks what auditship installs, as `_meta`. The version grows when something is changed that an older auditship must not
 * change back; new fields are no such thing.
 */
export const MARK = { managed_by: 'auditship', version: 1 } as const

/** What bears its mark as `_meta`. */
export type Marked = JsonObject & { readonly _meta: JsonObject }

/**
 * The mark with a digest of what was wished for. As long as the wish is the same, what an operator has changed since is
 * kept. It covers `wish` only: what agents add to it, each its own, is no reason to change what is there.
 */
export function markFor(wish: JsonObject): JsonObject {
  return { ...MARK, wish: createHash('sha256').update(JSON.stringify(wish)).digest('hex').slice(0, 16) }
}

/** What is at these keys and indices of an answer; undefined when there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let place = value
  for (const key of path) {
    if (typeof place !== 'object' || place === null) return undefined
    place = (place as Record<string | number, unknown>)[key]
  }
  return place
}

/** Whether a mark says that auditship made it. */
export const isOurs = (mark: unknown): boolean => at(mark, 'managed_by') === MARK.managed_by

/** Whether `found` says all that `wanted` says; it may say more. OpenSearch answers settings, and some booleans, as strings. */
function covers(found: unknown, wanted: Json): boolean {
  if (Array.isArray(wanted)) {
    const isAlike = Array.isArray(found) && found.length === wanted.length
    return isAlike && wanted.every((item, index) => covers(found[index], item))
  }
  if (typeof wanted !== 'object' || wanted === null) return String(found) === String(wanted)
  if (typeof found !== 'object' || found === null) return false
  return Object.entries(wanted).every(([key, value]) => covers(at(found, key), value))
}

/** `found` with all that `wanted` says. */
function merged(found: unknown, wanted: JsonObject): JsonObject {
  const both: Record<string, Json> = { ...(isObject(found) ? found : {}) }
  for (const [key, value] of Object.entries(wanted)) {
    both[key] = isObject(value) ? merged(both[key], value) : value
  }
  return both
}

/** What is to become of something that exists: why it is left, or what to write and what to say about that. */
export type Revision =
  | {
      readonly left: { readonly outcome: 'unchanged' | 'skipped'; readonly why?: string }
      readonly body?: never
    }
  | { readonly left?: never; readonly body: JsonObject; readonly why: string | undefined }

const FOREIGN = 'it exists and is not marked as auditship’s, so it is left alone'
const EDITED = 'someone has changed it, and `setup` is the same as it was then: it is left so'
const OTHER_WISH =
  'it came from another configuration: agents that share it undo each other as long as their `setup` differs'

/** The marks of what exists and of what is wanted. */
export interface Marks {
  readonly there: unknown
  readonly own: unknown
}

/**
 * Decides on something that exists. It is changed when the wish is another than when it was written, else left as an
 * operator wants it.
 * @param isShared agents may each add to it, such as fields: what is missing is added in any case
 */
export function revision(
  found: unknown,
  wanted: JsonObject,
  { there, own }: Marks,
  isShared = false,
): Revision {
  if (!isOurs(there)) return { left: { outcome: 'skipped', why: FOREIGN } }
  const version = Number(at(there, 'version'))
  if (version > MARK.version) {
    const why = `a newer auditship installed it (version ${version})`
    return { left: { outcome: 'unchanged', why } }
  }
  if (covers(found, wanted)) return { left: { outcome: 'unchanged' } }
  const wish = at(there, 'wish')
  if (wish !== at(own, 'wish')) {
    const isOther = wish !== undefined && version === MARK.version
    return { body: merged(found, wanted), why: isOther ? OTHER_WISH : undefined }
  }
  const completed = merged(wanted, isObject(found) ? found : {})
  if (isShared && !covers(found, completed)) return { body: completed, why: undefined }
  return { left: { outcome: 'unchanged', why: EDITED } }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
