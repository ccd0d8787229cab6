import { createHash } from 'node:crypto'
import { ESCAPES_SLOT, FIELD, type Field, REPEATED_KEYS, SLOTS_PER_EVENT } from './fields.ts'
import { BACKSLASH, OPEN_BRACKET, QUOTE } from './json.ts'
import { first128Bits, sha256Id } from './sha256-id.ts'

/**
 * One audit event as a view: the line's bytes and the spans of its known fields. Nothing is decoded until asked for.
 * Bytes and spans belong to the reader: a caller that keeps an event after acknowledging it must copy `raw`, and parse that.
 */
export class AuditEvent {
  /** The buffer the line is in; other events share it. */
  readonly buffer: Buffer
  /** Offset of the line's first byte in `buffer`. */
  readonly start: number
  /** Offset after the line's last byte in `buffer`; the newline is not part of it. */
  readonly end: number
  /** Where the line was read: offset in its source; no newline is in it then. -1 when the source has none (webhook, library). */
  position = -1
  /** File or URL the line was read from. */
  source = ''
  /** When the line was read, in milliseconds since 1970. */
  readAt = 0
  /** The identity, when it is not that of these bytes: of an event that was redacted it is the original's. */
  knownIdentity: string | undefined
  /** The same of its request's id, see `ChangeEvent`. */
  knownRequestId: string | undefined
  /** What `eventTime` found: null for none, undefined before it looked. */
  time: bigint | null | undefined = undefined
  /** Address of the spans in the memory of WebAssembly that `buffer` is in; 0 when they are elsewhere. */
  spansAt = 0
  /** Of how many requests like its own this one was kept; undefined when none was left out. A copy of an event keeps it. */
  sampleRate: number | undefined = undefined
  readonly #spans: Int32Array
  readonly #base: number
  #json: unknown

  constructor(buffer: Buffer, start: number, end: number, spans: Int32Array, base: number) {
    this.buffer = buffer
    this.start = start
    this.end = end
    this.#spans = spans
    this.#base = base
  }

  /** Length of the line in bytes. */
  get length(): number {
    return this.end - this.start
  }

  /** The line, as a view of the buffer. */
  get raw(): Buffer {
    return this.buffer.subarray(this.start, this.end)
  }

  /** Offset in `buffer` of the first byte of the field's JSON value (a string's quote), or -1 when it is absent. */
  startOf(field: Field): number {
    return this.#spans[this.#base + 2 * field]!
  }

  /** Offset in `buffer` after the last byte of the field's JSON value; meaningless when it is absent. */
  endOf(field: Field): number {
    return this.#spans[this.#base + 2 * field + 1]!
  }

  /** Copies the spans of all fields and their bits to `target`, which has `SLOTS_PER_EVENT`. */
  copySpans(target: Int32Array): void {
    const spans = this.#spans
    const base = this.#base
    for (let i = 0; i < SLOTS_PER_EVENT; i++) target[i] = spans[base + i]!
  }

  /** Whether the field is there and a JSON string. */
  isText(field: Field): boolean {
    const start = this.startOf(field)
    return start >= 0 && this.buffer[start] === QUOTE
  }

  /** Whether the field, a string, is written with escapes; if not, its bytes are its value. */
  hasEscapes(field: Field): boolean {
    return (this.#spans[this.#base + ESCAPES_SLOT + (field >> 5)]! & (1 << (field & 31))) !== 0
  }

  /** Whether a key of a known field is there more than once. Of these the last counts, as for `JSON.parse`; the API server writes none. */
  get hasRepeatedKeys(): boolean {
    return (this.#spans[this.#base + ESCAPES_SLOT + 1]! & REPEATED_KEYS) !== 0
  }

  /** The field's value when it is a JSON string, decoded; undefined when it is absent or something else. */
  text(field: Field): string | undefined {
    const start = this.startOf(field)
    if (start < 0 || this.buffer[start] !== QUOTE) return undefined
    const end = this.endOf(field)
    if (this.hasEscapes(field)) return JSON.parse(this.buffer.toString('utf8', start, end)) as string
    return this.buffer.toString('utf8', start + 1, end - 1)
  }

  /** Whether the field is the string `expected`, which is ASCII. Decodes only when the JSON has escapes. */
  textIs(field: Field, expected: string): boolean {
    if (!this.isText(field)) return false
    if (this.hasEscapes(field)) return this.text(field) === expected
    return (
      this.endOf(field) - this.startOf(field) === expected.length + 2 && this.textStartsWith(field, expected)
    )
  }

  /** Whether the field is a string that begins with `prefix`, which is ASCII without quotes. Decodes only when there are escapes in it. */
  textStartsWith(field: Field, prefix: string): boolean {
    if (!this.isText(field)) return false
    const start = this.startOf(field) + 1
    for (let i = 0; i < prefix.length; i++) {
      const c = this.buffer[start + i]
      if (c === BACKSLASH) return this.text(field)?.startsWith(prefix) === true
      if (c !== prefix.charCodeAt(i)) return false
    }
    return true
  }

  /** The field's value when it is a JSON array: its elements that are strings, decoded. */
  strings(field: Field): string[] | undefined {
    const start = this.startOf(field)
    if (start < 0 || this.buffer[start] !== OPEN_BRACKET) return undefined
    const values: unknown[] = JSON.parse(this.buffer.toString('utf8', start, this.endOf(field)))
    return values.filter(value => typeof value === 'string')
  }

  /** The field's value when it is an integer that a double holds exactly. */
  integer(field: Field): number | undefined {
    const start = this.startOf(field)
    if (start < 0) return undefined
    const end = this.endOf(field)
    let value = 0
    for (let i = start; i < end; i++) {
      const digit = this.buffer[i]! - 0x30
      if (digit < 0 || digit > 9 || end - start > 15) return exactInteger(this.value(field))
      value = value * 10 + digit
    }
    return value
  }

  /** The field's value, parsed as JSON; undefined when it is absent. */
  value(field: Field): unknown {
    const start = this.startOf(field)
    return start < 0 ? undefined : JSON.parse(this.buffer.toString('utf8', start, this.endOf(field)))
  }

  /** The whole event, parsed once and kept. */
  json(): Record<string, unknown> {
    this.#json ??= JSON.parse(this.buffer.toString('utf8', this.start, this.end))
    return this.#json as Record<string, unknown>
  }

  /** 128 bits of SHA-256 over the cluster's name and the line as it was read, in base64url: the same for every copy of a line. */
  identity(cluster: string): string {
    if (this.knownIdentity !== undefined) return this.knownIdentity
    const prefix = prefixFor(cluster)
    const length = prefix + this.length
    if (length > HASHED.length) {
      const long = createHash('sha256').update(HASHED.subarray(0, prefix)).update(this.raw)
      return first128Bits(long.digest('base64url'))
    }
    this.buffer.copy(HASHED, prefix, this.start, this.end)
    return sha256Id(HASHED.subarray(0, length))
  }

  get verb(): string | undefined {
    return this.text(FIELD.verb)
  }

  get stage(): string | undefined {
    return this.text(FIELD.stage)
  }

  get auditID(): string | undefined {
    return this.text(FIELD.auditID)
  }

  get requestURI(): string | undefined {
    return this.text(FIELD.requestURI)
  }

  get username(): string | undefined {
    return this.text(FIELD.userUsername)
  }

  /** HTTP status of the response; 101 for an interactive session that was opened. */
  get responseCode(): number | undefined {
    return this.integer(FIELD.responseCode)
  }
}

/** What is hashed at a time, copied together. */
const HASHED = Buffer.alloc(64 * 1024)
let hashedCluster: string | undefined
let hashedPrefix = 0

/** Puts the cluster's name and a NUL at the start of `HASHED`; returns their length. */
function prefixFor(cluster: string): number {
  if (cluster !== hashedCluster) {
    hashedPrefix = HASHED.write(`${cluster}\0`)
    hashedCluster = cluster
  }
  return hashedPrefix
}

const exactInteger = (value: unknown) => (Number.isSafeInteger(value) ? (value as number) : undefined)
