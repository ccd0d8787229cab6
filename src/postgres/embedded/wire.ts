// PostgreSQL's protocol, version 3: https://www.postgresql.org/docs/current/protocol-message-formats.html

/** Largest message a client may send, in bytes. Rows are sent by the batch: longer ones come from nobody here. */
const LARGEST_MESSAGE = 256 * 1024 * 1024

const CANCEL = 80_877_102
const SSL = 80_877_103
const GSS = 80_877_104

/** What a client sends before it is known. */
export type Opening = 'startup' | 'encryption' | 'cancel'

/** Messages of a client, cut out of the bytes as they come. */
export class MessageReader {
  #buffer = Buffer.alloc(0)

  /** Adds bytes. */
  add(bytes: Uint8Array): void {
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#buffer, bytes])
  }

  /** The next opening message, which has no type; undefined until it is there. @throws Error when it is none */
  opening(): Opening | undefined {
    const length = this.#length(0)
    if (length === undefined) return undefined
    const code = this.#take(length).readInt32BE(4)
    if (code === SSL || code === GSS) return 'encryption'
    return code === CANCEL ? 'cancel' : 'startup'
  }

  /** The next message, its type included; undefined until it is there. @throws Error when it is none */
  next(): Buffer | undefined {
    const length = this.#length(1)
    return length === undefined ? undefined : this.#take(1 + length)
  }

  /** What the message at the start says of its length, once all of it is there. */
  #length(at: number): number | undefined {
    if (this.#buffer.length < at + 4) return undefined
    const length = this.#buffer.readInt32BE(at)
    if (length < (at === 0 ? 8 : 4) || length > LARGEST_MESSAGE) throw new Error('no message of PostgreSQL')
    return this.#buffer.length < at + length ? undefined : length
  }

  #take(length: number): Buffer {
    const message = this.#buffer.subarray(0, length)
    this.#buffer = this.#buffer.subarray(length)
    return message
  }
}

/** One character for the type of a message. */
export const typeOf = (message: Uint8Array) => String.fromCharCode(message[0] ?? 0)

/** A statement without parameters. */
export function queryMessage(sql: string): Buffer {
  return message('Q', Buffer.from(`${sql}\0`))
}

/** A client is welcome, without a password. */
export function welcome(): Buffer {
  const parameters = {
    server_version: '18.0',
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    TimeZone: 'UTC',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
  }
  return Buffer.concat([
    message('R', Buffer.alloc(4)),
    ...Object.entries(parameters).map(([name, value]) => message('S', Buffer.from(`${name}\0${value}\0`))),
    message('K', Buffer.alloc(8)),
    message('Z', Buffer.from('I')),
  ])
}

/** An error after which the connection ends. */
export function fatal(code: string, text: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${text}\0\0`))
}

/** Length of ReadyForQuery, with which every answer ends; its last byte says whether a transaction is open: I, T or E. */
export const READY_LENGTH = 6

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
