import type { AttributeDefinition } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { eventTime, latencyMicroseconds } from '../audit/event-time.ts'
import { ESCAPES_SLOT, SLOTS_PER_EVENT } from '../audit/fields.ts'
import { type Instance, instantiate } from '../wasm/instance.ts'
import { Room } from '../wasm/room.ts'

/** Whether assembly/ writes the attribute: a field of the event, whose bytes are copied without decoding, or the latency. */
export const isEncoded = ({ field, derive }: AttributeDefinition): boolean =>
  field !== undefined || derive === latencyMicroseconds

const KINDS = { string: 0, 'string[]': 1, int: 2, bool: 2 } as const
const LATENCY = 3

// The layout in memory, as assembly/event.ts reads it: attributes, spans, keys, then room for a line and what comes of it.
const ATTRIBUTES_AT = 16
const ATTRIBUTE_SIZE = 16

/** The line, its unescaped text, and a record with the line and all values with what a format puts around them. */
const ROOMS = 6
/** For keys and constants, and what is read and written behind a text: 16 bytes at a time. */
const MARGIN = 128 * 1024
const NONE = Buffer.alloc(0)

/** WebAssembly's numbers of 32 bits come with a sign. */
const address = (number: number) => number >>> 0

/** Encodes events one after the other, in the memory of an instance of assembly/. */
export class EventEncoder {
  readonly #attributes: readonly AttributeDefinition[]
  readonly #keys: readonly Buffer[]
  readonly #instances = new Room(size => this.#create(size))
  #bytes: Buffer = NONE
  #spans = new Int32Array(0)
  #constantsAt = 0
  #lineAt = 0
  #outputAt = 0
  #event: AuditEvent | undefined
  #start = 0
  #end = 0

  /** `attributes` are those that `isEncoded`; `keyOf` gives what stands before an attribute's value. */
  constructor(attributes: readonly AttributeDefinition[], keyOf: (name: string) => Buffer) {
    this.#attributes = attributes
    this.#keys = attributes.map(({ name }) => keyOf(name))
  }

  /** What was encoded last is in `[start, end)` of this. */
  get bytes(): Buffer {
    return this.#bytes
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  /**
   * Encodes an event as `ScopeLogs.log_records` of OTLP, with some `constants`; the caller writes `following` bytes of it behind.
   * @throws RangeError when there is no memory for an event of that length, here and in `members`
   */
  record(event: AuditEvent, constants: Buffer, following: number): void {
    const { exports, bytes } = this.#load(event)
    const at = this.#constantsAt
    constants.copy(bytes, at)
    this.#start = address(exports.record(event.length, event.start, at, constants.length, following))
    this.#end = address(exports.recordEnd())
  }

  /** Encodes the attributes as members of a JSON object. Returns whether `stageTimestamp` is the event's time and written as Go does. */
  members(event: AuditEvent): boolean {
    const { exports } = this.#load(event)
    this.#end = address(exports.members(event.start))
    this.#start = this.#outputAt
    return exports.hasUsualTimes() === 1
  }

  /** Copies an event, whose bytes are valid UTF-8, to the instance's memory. */
  #load(event: AuditEvent): Instance {
    const instance = this.#instances.for(event.length)
    this.#event = event
    event.copySpans(this.#spans)
    event.buffer.copy(instance.bytes, this.#lineAt, event.start, event.end)
    return instance
  }

  #create(room: number): Instance {
    const instance = instantiate(ROOMS * room + MARGIN, {
      integerOf: (start, end) => {
        const value: unknown = JSON.parse(instance.bytes.toString('utf8', address(start), address(end)))
        return Number.isSafeInteger(value) ? Number(value) : Number.NaN
      },
      unusualTimes: () => {
        const time = this.#event && eventTime(this.#event)
        const latency = this.#event && latencyMicroseconds(this.#event)
        instance.exports.setTimes(time ?? 0n, time === undefined ? 0 : 1, latency ?? Number.NaN)
      },
    })
    this.#place(instance, room)
    return instance
  }

  #place({ bytes, exports }: Instance, room: number): void {
    const spansAt = ATTRIBUTES_AT + ATTRIBUTE_SIZE * this.#attributes.length
    this.#spans = new Int32Array(bytes.buffer, spansAt, SLOTS_PER_EVENT)
    let keyAt = spansAt + this.#spans.byteLength
    for (const [index, { field, kind }] of this.#attributes.entries()) {
      const key = this.#keys[index] ?? NONE
      const words = [field ?? 0, field === undefined ? LATENCY : KINDS[kind], keyAt, key.length]
      for (const [word, value] of words.entries())
        bytes.writeUInt32LE(value, ATTRIBUTES_AT + ATTRIBUTE_SIZE * index + 4 * word)
      key.copy(bytes, keyAt)
      keyAt += key.length
    }
    this.#constantsAt = keyAt
    this.#lineAt = keyAt + 1024
    this.#outputAt = this.#lineAt + 2 * room
    this.#bytes = bytes
    const escapesAt = spansAt + 4 * ESCAPES_SLOT
    exports.prepare(ATTRIBUTES_AT, this.#attributes.length, spansAt, escapesAt, this.#lineAt, room)
  }
}
