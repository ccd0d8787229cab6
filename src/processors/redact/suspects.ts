import type { AuditEvent } from '../../audit/event.ts'

/** What events hold that may have a secret in their bodies, and few others do; chosen for rare first bytes, which are quick to find. */
const NEEDLES = [
  'Secret',
  'Token',
  'PRIVATE',
  'AKIA',
  'ASIA',
  'yJ',
  'earer ',
  'EARER ',
  'asic ',
  'ASIC ',
  'LS0tLS1CRUdJTi',
  'ghp_',
  'github_pat',
  'glpat-',
  'xox',
].map(text => Buffer.from(text))
const ESCAPE = Buffer.from('\\u00')
/** Of the escapes from 00 to ff those of letters, digits and signs that Go's encoder does not write so: something may be hidden by them. */
const ODD_ESCAPE = /^(?:2[0-57-9a-f]|3[0-9abdf]|[4-7])/i

const AT = Buffer.from('@')
const QUOTE = 0x22
const SLASH = 0x2f

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
  note(ESCAPE, at => ODD_ESCAPE.test(region.toString('latin1', at + 4, at + 6)))
  let before = 0
  note(AT, at => {
    const isHit = isAfterAuthority(region, before, at)
    before = at
    return isHit
  })
}

/** Whether there is a `//` before the `@` in its string and after `from`, as in a URL with a password. */
function isAfterAuthority(region: Buffer, from: number, at: number): boolean {
  for (let i = at - 1; i > from && region[i] !== QUOTE; i--)
    if (region[i] === SLASH && region[i - 1] === SLASH) return true
  return false
}

function isNext(event: AuditEvent | undefined, next: AuditEvent | undefined): boolean {
  return event !== undefined && next?.buffer === event.buffer && next.start >= event.end
}
