import { type Exports, instantiate } from '../wasm/instance.ts'
import type { WasmMemory } from '../wasm/memory.ts'
import { ESCAPES_SLOT, SLOTS_PER_EVENT } from './fields.ts'
import { EVENT_KEYS } from './key-table.ts'
import { PlacedKeys } from './placed-keys.ts'

/** The line is a JSON object, its spans are noted. */
export const SCANNED = 0
/** What the scanner says of a line that is none; anything else means that it is no JSON. */
export const NO_OBJECT = 2
export const EMPTY = 3

/** For the keys and the spans. */
const TABLES = 64 * 1024

/** The scanner of assembly/, at work in a memory. */
export class LineScanner {
  /** Bytes that it takes of a memory, but for a stack as long as the longest line. */
  static readonly SIZE = TABLES
  readonly memory: WasmMemory
  /** Of the line scanned last: a start and an end for each field, and bits; unless they were put elsewhere. */
  readonly spans: Int32Array<ArrayBuffer>
  readonly #exports: Exports
  readonly #keysAt: number
  readonly #stackAt: number

  /** @throws RangeError when the memory has no room for it */
  constructor(memory: WasmMemory) {
    const tablesAt = memory.take(TABLES)
    const stackAt = memory.take(memory.longest)
    if (tablesAt === undefined || stackAt === undefined) throw new RangeError('no room for a scanner')
    const findDecoded = (keys: number, start: number, end: number) =>
      (placed.at(keys)?.indexOf(JSON.parse(memory.bytes.toString('utf8', start >>> 0, end >>> 0))) ?? -1) + 1
    const placed = new PlacedKeys(memory.bytes, tablesAt)
    this.memory = memory
    this.#exports = instantiate(memory, { findDecoded })
    this.#keysAt = placed.place(EVENT_KEYS)
    this.#stackAt = stackAt
    this.spans = new Int32Array(memory.bytes.buffer, placed.end, SLOTS_PER_EVENT)
  }

  /**
   * Notes the spans of the fields in the line of `length` bytes at `line`, as offsets that count from `start` bytes before it,
   * at `spansAt`, or in `spans`. Tells whether it is a JSON object.
   */
  scan(line: number, length: number, start: number, spansAt = this.spans.byteOffset): number {
    const escapesAt = spansAt + 4 * ESCAPES_SLOT
    return this.#exports.scanLine(line, length, start, spansAt, escapesAt, this.#keysAt, this.#stackAt)
  }
}
