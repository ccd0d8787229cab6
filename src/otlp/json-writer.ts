const BACKSLASH = 0x5c
const NEWLINE = 0x0a
const SPACE = 0x20
/** Below this many bytes a loop is quicker than a call of `Buffer.copy`. */
const SHORT = 128
/** What follows the backslash. JSON text has no other bytes that need one: white space, quotes, backslashes. */
const ESCAPES = new Uint8Array(256)
ESCAPES[0x22] = 0x22
ESCAPES[0x5c] = 0x5c
ESCAPES[0x09] = 't'.charCodeAt(0)
ESCAPES[0x0a] = 'n'.charCodeAt(0)
ESCAPES[0x0d] = 'r'.charCodeAt(0)

/** Writes JSON text into a buffer that grows. */
export class JsonWriter {
  #buffer: Buffer
  #position = 0
  #view: DataView
  #source: Buffer
  #sourceView: DataView

  /** Writes into `buffer` as long as that is large enough, else into a larger one. */
  constructor(buffer: Buffer) {
    this.#buffer = buffer
    this.#view = viewOf(buffer)
    this.#source = buffer
    this.#sourceView = this.#view
  }

  /** What has been written, as a view. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#position)
  }

  /** JSON text that is ASCII. */
  ascii(text: string): void {
    this.#reserve(text.length)
    this.#position += this.#buffer.write(text, this.#position, 'latin1')
  }

  /** JSON text of any characters. */
  text(text: string): void {
    this.#reserve(text.length * 3)
    this.#position += this.#buffer.write(text, this.#position)
  }

  /** One byte of JSON. */
  byte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#position++] = value
  }

  /** An integer that a double holds exactly. */
  integer(value: number): void {
    if (value < 0 || value > 999_999_999) {
      this.ascii(String(value))
      return
    }
    this.#reserve(9)
    let scale = 1
    while (scale * 10 <= value) scale *= 10
    for (; scale >= 1; scale /= 10) {
      this.#buffer[this.#position++] = 0x30 + (((value / scale) | 0) % 10)
    }
  }

  /** JSON text that is written often, such as a member's key. */
  constant(text: DataView): void {
    this.#reserve(text.byteLength)
    this.#copyShort(text, 0, text.byteLength)
    this.#position += text.byteLength
  }

  /** Bytes that are JSON already. */
  copy(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start)
    if (end - start < SHORT) this.#copyShort(this.#viewOf(source), start, end)
    else source.copy(this.#buffer, this.#position, start, end)
    this.#position += end - start
  }

  /** Bytes that are JSON already, on one line: JSON may have newlines only where it may have any white space. */
  line(source: Buffer, start: number, end: number): void {
    const from = this.#position
    this.copy(source, start, end)
    const written = this.#buffer.subarray(from, this.#position)
    for (let at = written.indexOf(NEWLINE); at >= 0; at = written.indexOf(NEWLINE, at)) written[at] = SPACE
  }

  /** Most of what is copied comes from one buffer. */
  #viewOf(source: Buffer): DataView {
    if (source !== this.#source) {
      this.#source = source
      this.#sourceView = viewOf(source)
    }
    return this.#sourceView
  }

  /** Eight bytes at a time, as in ProtobufWriter. */
  #copyShort(from: DataView, start: number, end: number): void {
    const to = this.#view
    let at = this.#position
    let i = start
    for (; i + 8 <= end; i += 8, at += 8) to.setBigUint64(at, from.getBigUint64(i, true), true)
    for (; i < end; i++, at++) to.setUint8(at, from.getUint8(i))
  }

  /** The bytes, which are JSON text in valid UTF-8, as a JSON string. */
  string(source: Buffer, start: number, end: number): void {
    this.#reserve((end - start) * 2 + 2)
    const buffer = this.#buffer
    let to = this.#position
    buffer[to++] = 0x22
    for (let from = start; from < end; from++) {
      const c = source[from] as number
      const escaped = ESCAPES[c] as number
      if (escaped === 0) buffer[to++] = c
      else {
        buffer[to++] = BACKSLASH
        buffer[to++] = escaped
      }
    }
    buffer[to++] = 0x22
    this.#position = to
  }

  #reserve(bytes: number): void {
    const needed = this.#position + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#position)
    this.#buffer = larger
    this.#view = viewOf(larger)
  }
}

/** JSON text as `JsonWriter.constant` takes it. */
export const constantOf = (text: string) => viewOf(Buffer.from(text))

const viewOf = (buffer: Buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
