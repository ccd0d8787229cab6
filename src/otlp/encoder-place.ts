import type { AttributeDefinition } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { eventTime, latencyMicroseconds } from '../audit/event-time.ts'
import { ESCAPES_SLOT, SLOTS_PER_EVENT } from '../audit/fields.ts'
import { type Exports, instantiate } from '../wasm/instance.ts'
import type { WasmMemory } from '../wasm/memory.ts'

const KINDS = { string: 0, 'string[]': 1, int: 2, bool: 2 } as const
const LATENCY = 3

// The layout in memory, as assembly/event.ts reads it: attributes, spans, keys, constants.
const ATTRIBUTE_SIZE = 16
const CONSTANTS_SIZE = 1024
/** For the attributes and their keys, and for what formats put around values. */
const TABLES = 128 * 1024
/** Of a line: its unescaped text, and a record with the line and all values with what a format puts around them. */
const LINES = 5
const NONE = Buffer.alloc(0)

/** An encoder of assembly/, at work in a memory. */
export class EncoderPlace {
  /** Bytes that it takes of a memory whose longest line has so many. */
  static size(longest: number): number {
    return TABLES + LINES * longest
  }

  readonly bytes: Buffer
  readonly exports: Exports
  /** Where the members of a JSON object begin that were encoded last. */
  readonly outputAt: number
  /** The event that is encoded. */
  event: AuditEvent | undefined
  readonly #spans: Int32Array
  readonly #constantsAt: number
  #constants: Buffer = NONE

  /** `keys` is what stands before the values of the `attributes`. Undefined when the memory has no room for it. */
  static in(
    memory: WasmMemory,
    attributes: readonly AttributeDefinition[],
    keys: readonly Buffer[],
  ): EncoderPlace | undefined {
    const at = memory.take(EncoderPlace.size(memory.longest))
    return at === undefined ? undefined : new EncoderPlace(memory, at, attributes, keys)
  }

  private constructor(
    memory: WasmMemory,
    at: number,
    attributes: readonly AttributeDefinition[],
    keys: readonly Buffer[],
  ) {
    const spansAt = at + ATTRIBUTE_SIZE * attributes.length
    this.bytes = memory.bytes
    this.#spans = new Int32Array(memory.bytes.buffer, spansAt, SLOTS_PER_EVENT)
    this.#constantsAt = placeAttributes(memory.bytes, at, spansAt + this.#spans.byteLength, attributes, keys)
    const workAt = this.#constantsAt + CONSTANTS_SIZE
    this.outputAt = workAt + memory.longest
    this.exports = instantiate(memory, {
      integerOf: (start, end) => integerOf(memory.bytes.toString('utf8', address(start), address(end))),
      unusualTimes: () => this.#tellTimes(),
    })
    this.exports.prepare(at, attributes.length, 4 * ESCAPES_SLOT, workAt, this.outputAt)
  }

  /** Copies the event's spans to here. Returns their address. */
  copySpans(event: AuditEvent): number {
    event.copySpans(this.#spans)
    return this.#spans.byteOffset
  }

  /** Address of the constants here. */
  place(constants: Buffer): number {
    if (constants !== this.#constants) {
      constants.copy(this.bytes, this.#constantsAt)
      this.#constants = constants
    }
    return this.#constantsAt
  }

  /** `unusualTimes` of assembly/. */
  #tellTimes(): void {
    const time = this.event && eventTime(this.event)
    const latency = this.event && latencyMicroseconds(this.event)
    this.exports.setTimes(time ?? 0n, time === undefined ? 0 : 1, latency ?? Number.NaN)
  }
}

/** Writes the attributes at `at` and their keys at `keyAt`. Returns the address after these. */
function placeAttributes(
  bytes: Buffer,
  at: number,
  keyAt: number,
  attributes: readonly AttributeDefinition[],
  keys: readonly Buffer[],
): number {
  for (const [index, { field, kind }] of attributes.entries()) {
    const key = keys[index] ?? NONE
    const words = [field ?? 0, field === undefined ? LATENCY : KINDS[kind], keyAt, key.length]
    for (const [word, value] of words.entries())
      bytes.writeUInt32LE(value, at + ATTRIBUTE_SIZE * index + 4 * word)
    keyAt += key.copy(bytes, keyAt)
  }
  return keyAt
}

function integerOf(json: string): number {
  const value: unknown = JSON.parse(json)
  return Number.isSafeInteger(value) ? Number(value) : Number.NaN
}

/** WebAssembly's numbers of 32 bits come with a sign. */
export const address = (number: number) => number >>> 0
