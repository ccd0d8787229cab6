/** JSON that OpenSearch is sent. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
/** An object of it. */
export type JsonObject = { readonly [key: string]: Json }

/**
 * Marks what auditship installs, as `_meta`. The version grows when something is changed that an older auditship must not
 * change back; new fields are no such thing.
 */
export const MARK = { managed_by: 'auditship', version: 1 } as const

/** What is at these keys and indices of an answer; undefined when there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let place = value
  for (const key of path) {
    if (typeof place !== 'object' || place === null) return undefined
    place = (place as Record<string | number, unknown>)[key]
  }
  return place
}

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

/** `found` with all that `wanted` says: agents with other resource attributes may share a template, and its fields stay. */
export function merged(found: unknown, wanted: JsonObject): JsonObject {
  const both: Record<string, Json> = { ...(isObject(found) ? found : {}) }
  for (const [key, value] of Object.entries(wanted)) {
    both[key] = isObject(value) ? merged(both[key], value) : value
  }
  return both
}

/** Why something that exists is left as it is, and whether anyone should wonder; undefined when it is ours to update. */
export function reasonToLeave(
  mark: unknown,
  found: unknown,
  wanted: Json,
): { readonly outcome: 'unchanged' | 'skipped'; readonly why?: string } | undefined {
  if (at(mark, 'managed_by') !== MARK.managed_by)
    return { outcome: 'skipped', why: 'it exists and is not marked as auditship’s, so it is left alone' }
  const version = Number(at(mark, 'version'))
  if (version > MARK.version)
    return { outcome: 'unchanged', why: `a newer auditship installed it (version ${version})` }
  return covers(found, wanted) ? { outcome: 'unchanged' } : undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
