import type { AuditEvent } from '../../audit/event.ts'
import { BACKSLASH, QUOTE } from '../../audit/json.ts'
import { type Needle, NeedleSearch } from './needle-search.ts'
import { BASE64_PRIVATE_KEY } from './text-rules.ts'

/** An object of the event may say that it is a Secret. */
export const MAY_HOLD_OBJECT = 1
/** A string of the event may hold a secret. */
export const MAY_HOLD_TEXT = 2

const [AT, SLASH] = Buffer.from('@/')
const HEX = '0123456789abcdefABCDEF'
/** The two digits of `\\u00…` for ASCII that Go's encoder writes otherwise: it may hide something. & is 26, < is 3c, > is 3e; 7f has no other way. */
const ESCAPES = [
  ['2', HEX.replace('6', '')],
  ['3', HEX.replace(/[ce]/gi, '')],
  ['456', HEX],
  ['7', HEX.replace(/f/gi, '')],
] as const
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** Latin-1 of what may stand before a word: no letter, digit or underscore, unless it ends an escape or is UTF-8. */
const BEFORE_WORD = Array.from({ length: 0x100 }, (_, byte) => String.fromCharCode(byte))
  .filter(character => /[^\w]|[nrta-fA-F\d]/.test(character))
  .join('')
/** After the name of a scheme; a backslash begins an escape. */
const SPACE = ' \\%+'
/** All of a string; what is written as an escape is noticed by that. */
const KIND = /^(?:Secret(?:List)?|TokenRe(?:quest|view))["\\\\]/
/** Bytes of a token in an `Authorization` header. */
const TOKEN = /^["'\\]{0,3}[\w.~+/=-]{8}/

const text = (places: readonly string[]): Needle => ({ places, meaning: () => MAY_HOLD_TEXT })
const anyCase = (word: string) => [...word].map(letter => letter + letter.toUpperCase())
const scheme = (name: string): Needle => ({
  places: [...anyCase(name), SPACE],
  meaning: (bytes, at) => (isBeforeToken(bytes, at + name.length) ? MAY_HOLD_TEXT : 0),
})
const kind = (name: string): Needle => ({ places: [...name], meaning: kindMeaning })

/** What events hold that may have a secret in their strings, and few others do. */
const NEEDLES = new NeedleSearch([
  kind('Secret'),
  kind('TokenRe'),
  text([...'PRIVATE']),
  // Of a JSON Web Token.
  text([...'eyJ']),
  ...BASE64_PRIVATE_KEY.map(written => text([...written])),
  text([BEFORE_WORD, 'A', 'KS', 'I', 'A', BASE32]),
  scheme('bearer'),
  scheme('basic'),
  ...ESCAPES.map(([first, last]) => ({
    places: [...'\\u00', first, last],
    meaning: () => MAY_HOLD_TEXT | MAY_HOLD_OBJECT,
  })),
])

/** Why each of the events must be looked at closely: bits, 0 for those that need not be. */
export function suspicious(events: readonly AuditEvent[]): Uint8Array {
  const found = new Uint8Array(events.length)
  for (let first = 0; first < events.length; ) {
    const buffer = events[first]?.buffer
    let last = first
    while (isNext(events[last], events[last + 1])) last++
    if (buffer !== undefined) search(buffer, events, first, last, found)
    first = last + 1
  }
  return found
}

/** Events of one buffer lie in it in their order. */
function search(
  buffer: Buffer,
  events: readonly AuditEvent[],
  first: number,
  last: number,
  found: Uint8Array,
): void {
  const from = events[first]?.start ?? 0
  const to = events[last]?.end ?? from
  const noting = () => {
    let index = first
    return (at: number, bits: number) => {
      // What is come upon a little later may begin a little earlier.
      while (index > first && (events[index]?.start ?? 0) > at) index--
      while (index < last && (events[index]?.end ?? 0) <= at) index++
      found[index] = (found[index] ?? 0) | bits
    }
  }
  NEEDLES.find(buffer, from, to, noting())
  const region = buffer.subarray(0, to)
  const noteUrl = noting()
  let before = from
  for (let at = region.indexOf(AT ?? 0, from); at >= 0; at = region.indexOf(AT ?? 0, at + 1)) {
    if (isAfterAuthority(region, before, at)) noteUrl(at, MAY_HOLD_TEXT)
    before = at
  }
}

/** A string that begins with it is a kind of an object or means nothing; else it is in a text. */
function kindMeaning(bytes: Buffer, at: number): number {
  if (bytes[at - 1] !== QUOTE || bytes[at - 2] === BACKSLASH) return MAY_HOLD_TEXT
  return KIND.test(bytes.toString('latin1', at, at + 16)) ? MAY_HOLD_OBJECT : 0
}

function isBeforeToken(bytes: Buffer, at: number): boolean {
  // The separator may be written as several, and as escapes.
  const behind = bytes.toString('latin1', at, at + 80).replace(/^(?:\s|\\[nrt]|%20|\+)+/, '')
  return TOKEN.test(behind)
}

/** Whether there is a `//` before the `@` in its string and after `from`, as in a URL with a password. */
function isAfterAuthority(region: Buffer, from: number, at: number): boolean {
  for (let i = at - 1; i > from && region[i] !== QUOTE; i--)
    if (
      region[i] === SLASH &&
      (region[i - 1] === SLASH || (region[i - 1] === BACKSLASH && region[i - 2] === SLASH))
    )
      return true
  return false
}

function isNext(event: AuditEvent | undefined, next: AuditEvent | undefined): boolean {
  return event !== undefined && next?.buffer === event.buffer && next.start >= event.end
}
