const BACKSLASH = 0x5c
const SIMPLE: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** Text that was decoded from bytes, and where each of its UTF-16 units comes from. */
export interface DecodedText {
  readonly text: string
  /** Offset of the first byte of unit `index`; of `text.length` where the bytes end. */
  at(index: number): number
}

/** The JSON string whose quotes are at `start` and `end - 1` of a buffer. */
export function decodeString(buffer: Buffer, start: number, end: number): DecodedText {
  const text = buffer.toString('utf8', start + 1, end - 1)
  // As many units as bytes: each is one.
  const isAscii = text.length === end - start - 2 && isPlain(text)
  return isAscii ? { text, at: index => start + 1 + index } : decodeSlowly(buffer, start + 1, end - 1)
}

const isPlain = (text: string) => /^[\0-\x5b\x5d-\x7f]*$/.test(text)

function decodeSlowly(buffer: Buffer, from: number, to: number): DecodedText {
  const offsets = new Uint32Array(to - from + 1)
  let text = ''
  for (let i = from; i < to; ) {
    let end = i
    while (end < to && isAsIs(buffer[end] ?? 0)) offsets[text.length + end - i] = end++
    text += buffer.toString('latin1', i, end)
    if (end === to) break
    i = Math.min(to, end + unitSize(buffer, end))
    const unit = buffer[end] === BACKSLASH ? escaped(buffer, end) : buffer.toString('utf8', end, i)
    offsets.fill(end, text.length, text.length + unit.length)
    text += unit
  }
  const { length } = text
  return { text, at: index => (index < length ? (offsets[index] ?? to) : to) }
}

const isAsIs = (byte: number) => byte < 0x80 && byte !== BACKSLASH

/** Bytes of the escape or the UTF-8 character at `i`. */
function unitSize(buffer: Buffer, i: number): number {
  const byte = buffer[i] ?? 0
  if (byte === BACKSLASH) return buffer[i + 1] === 0x75 ? 6 : 2
  if (byte < 0xc0) return 1
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
}

function escaped(buffer: Buffer, i: number): string {
  const letter = String.fromCharCode(buffer[i + 1] ?? 0)
  if (letter === 'u') return String.fromCharCode(Number.parseInt(buffer.toString('latin1', i + 2, i + 6), 16))
  return SIMPLE[letter] ?? letter
}

/** A decoded text in UTF-8, such as a JSON document that stands in a string of another one. */
export interface DecodedBytes {
  readonly bytes: Buffer
  /** Offset in the source of the byte at `offset`; of `bytes.length` where the text ends. */
  at(offset: number): number
}

/** The text's bytes. */
export function bytesOf(source: DecodedText): DecodedBytes {
  const bytes = Buffer.from(source.text)
  if (bytes.length === source.text.length) return { bytes, at: offset => source.at(offset) }
  const units = new Uint32Array(bytes.length + 1)
  let offset = 0
  for (let unit = 0; unit < source.text.length; ) {
    const point = source.text.codePointAt(unit) ?? 0
    // Half of a pair becomes U+FFFD.
    const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
    units.fill(unit, offset, offset + size)
    offset += size
    unit += point < 0x10000 ? 1 : 2
  }
  units[offset] = source.text.length
  return { bytes, at: at => source.at(units[at] ?? 0) }
}

/** A piece of a URL's query, percent-decoded: each byte one unit. */
export function decodeQuery(source: DecodedText, from: number, to: number): DecodedText {
  const plain = source.text.slice(from, to)
  if (!/[%+]/.test(plain)) return { text: plain, at: index => source.at(from + index) }
  const offsets: number[] = []
  let text = ''
  for (let i = from; i < to; ) {
    const hex = /^%([0-9a-f]{2})/i.exec(source.text.slice(i, Math.min(i + 3, to)))?.[1]
    const unit = source.text.charAt(i)
    offsets.push(source.at(i))
    text += hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : unit === '+' ? ' ' : unit
    i += hex !== undefined ? 3 : 1
  }
  return { text, at: index => offsets[index] ?? source.at(to) }
}
