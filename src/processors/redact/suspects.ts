import type { AuditEvent } from '../../audit/event.ts'

/**
 * What events hold that may have a secret in their strings, and few others do. A search costs by how often the first byte
 * occurs, about 0.1 ns a byte of log each; so the last is not `LS0t`: `-----` in base64, wherever it begins.
 */
const NEEDLES = ['Secret', 'PRIVATE', 'AKIA', 'yJ', 'Bearer', 'S0tL'].map(text => Buffer.from(text))
const ESCAPE = Buffer.from('\\u00')
const AT = Buffer.from('@')
const QUOTE = 0x22
const SLASH = 0x2f
const BACKSLASH = 0x5c

/** The indices of the events that must be looked at closely. */
export function suspicious(events: readonly AuditEvent[]): ReadonlySet<number> {
  const found = new Set<number>()
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
  found: Set<number>,
): void {
  const from = events[first]?.start ?? 0
  const region = buffer.subarray(from, events[last]?.end ?? from)
  const note = (needle: Buffer, isHit: (at: number) => boolean) => {
    let index = first
    for (let at = region.indexOf(needle); at >= 0; at = region.indexOf(needle, at)) {
      while (index < last && (events[index]?.end ?? 0) <= from + at) index++
      const isNew = isHit(at)
      if (isNew) found.add(index)
      // One is enough: on to the next event.
      at = isNew ? Math.max(at + 1, (events[index]?.end ?? 0) - from) : at + needle.length
    }
  }
  for (const needle of NEEDLES) note(needle, () => true)
  note(ESCAPE, at => isOddEscape(region[at + 4] ?? 0, (region[at + 5] ?? 0) | 0x20))
  let before = 0
  note(AT, at => {
    const isHit = isAfterAuthority(region, before, at)
    before = at
    return isHit
  })
}

/** Whether `\\u00` and these two digits, the second in lower case, stand for ASCII that Go's encoder writes otherwise: it may hide something. */
function isOddEscape(first: number, second: number): boolean {
  if (first < 0x32 || first > 0x37) return false
  // & is 26, < is 3c, > is 3e, and 7f has no other way.
  if (first === 0x32) return second !== 0x36
  if (first === 0x33) return second !== 0x63 && second !== 0x65
  return first !== 0x37 || second !== 0x66
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
