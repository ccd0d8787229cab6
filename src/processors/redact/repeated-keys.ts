import type { AuditEvent } from '../../audit/event.ts'
import { CLOSE_BRACE, COMMA, OPEN_BRACE, skipSpace, skipString, skipValue } from '../../audit/json.ts'
import { EventScanner } from '../../audit/scan.ts'
import { stringAt } from './walk.ts'

/** Keys that say how an event is to be taken: each of these goes with each of the others. */
const SAYING = new Set([
  'objectRef',
  'objectRef.resource',
  'objectRef.subresource',
  'responseStatus',
  'responseStatus.code',
])
/** Keys of what is looked at in its own way. */
const LOOKED_AT = new Set(['requestURI', 'requestObject', 'responseObject', 'annotations'])

/** More ways to read one event than anybody has a use for. */
const MOST_READINGS = 256
const OTHER_LETTER = 0x78

interface Key {
  /** Of the quotes. */
  readonly start: number
  readonly end: number
}

/**
 * An event that has keys more than once in all the ways to read it: in each of them another of these is the one that counts.
 * The API server writes no such event. Offsets are those of the event; only other bytes of keys are changed, in copies.
 * @throws Error when there are too many, or a reading is no event
 */
export function readings(event: AuditEvent): AuditEvent[] {
  const keys = keysOf(event.buffer, event.start)
  let hidden: readonly (readonly Key[])[] = [[]]
  for (const [name, group] of keys) {
    if (!SAYING.has(name)) continue
    hidden = hidden.flatMap(others => group.map((_, kept) => [...others, ...group.toSpliced(kept, 1)]))
    if (hidden.length > MOST_READINGS) throw new Error('keys of the event are there too often')
  }
  const lookedAt = [...keys].filter(([name]) => LOOKED_AT.has(name)).map(([, group]) => group)
  const turns = Math.max(1, ...lookedAt.map(group => group.length))
  return Array.from({ length: turns }, (_, turn) => {
    const others = lookedAt.flatMap(group => group.toSpliced(turn % group.length, 1))
    return hidden.map(keys => without(event, [...keys, ...others]))
  }).flat()
}

/** The event with other letters in these keys. */
function without(event: AuditEvent, keys: readonly Key[]): AuditEvent {
  const buffer = Buffer.alloc(event.end)
  event.buffer.copy(buffer, event.start, event.start, event.end)
  for (const { start, end } of keys) buffer.fill(OTHER_LETTER, start + 1, end - 1)
  const reading = new EventScanner().scan(buffer, event.start, event.end)
  if (typeof reading === 'string') throw new Error(`with one key of several the event is ${reading}`)
  return reading
}

/** The keys of the event and of the objects right in it, by their names. */
function keysOf(buffer: Buffer, start: number): Map<string, Key[]> {
  const groups = new Map<string, Key[]>()
  forEachMember(buffer, start, (name, key, value) => {
    note(groups, name, key)
    if (buffer[value] === OPEN_BRACE)
      forEachMember(buffer, value, (inner, innerKey) => note(groups, `${name}.${inner}`, innerKey))
  })
  return groups
}

function note(groups: Map<string, Key[]>, name: string, key: Key): void {
  const group = groups.get(name)
  if (group === undefined) groups.set(name, [key])
  else group.push(key)
}

/** Visits the members of the object at `start`, which is valid JSON. */
function forEachMember(
  buffer: Buffer,
  start: number,
  visit: (name: string, key: Key, value: number) => void,
): void {
  let i = skipSpace(buffer, skipSpace(buffer, start) + 1)
  while (buffer[i] !== CLOSE_BRACE) {
    const end = skipString(buffer, i)
    const value = skipSpace(buffer, skipSpace(buffer, end) + 1)
    visit(stringAt(buffer, i, end), { start: i, end }, value)
    i = skipSpace(buffer, skipValue(buffer, value))
    if (buffer[i] === COMMA) i = skipSpace(buffer, i + 1)
  }
}
