/** Texts that came last, by a hash of them. */
const KNOWN: ({ readonly bytes: Buffer; readonly text: string } | undefined)[] = []
const MOST_KNOWN = 512
const LONGEST_KNOWN = 48

/** The UTF-8 text at `[start, end)`, one of those that come again and again, such as keys: decoding costs ten times as much. */
export function textAt(buffer: Buffer, start: number, end: number): string {
  const length = end - start
  if (length > LONGEST_KNOWN) return buffer.toString('utf8', start, end)
  const middle = buffer[start + (length >> 1)] ?? 0
  const hash = length + 7 * (buffer[start] ?? 0) + 31 * (buffer[end - 1] ?? 0) + 127 * middle
  const slot = hash % MOST_KNOWN
  const known = KNOWN[slot]
  if (known !== undefined && isSame(known.bytes, buffer, start, length)) return known.text
  const text = buffer.toString('utf8', start, end)
  // A copy: the buffer is used again.
  KNOWN[slot] = { bytes: Buffer.from(buffer.subarray(start, end)), text }
  return text
}

function isSame(known: Buffer, buffer: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false
  for (let i = 0; i < length; i++) if (known[i] !== buffer[start + i]) return false
  return true
}
