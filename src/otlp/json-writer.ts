const BACKSLASH = 0x5c
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

  /** Writes into `buffer` as long as that is large enough, else into a larger one. */
  constructor(buffer: Buffer) {
    this.#buffer = buffer
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

  /** Bytes that are JSON already. */
  copy(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start)
    source.copy(this.#buffer, this.#position, start, end)
    this.#position += end - start
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
  }
}
