import { type Instance, instantiate } from '../wasm/instance.ts'
import { Room } from '../wasm/room.ts'
import { ESCAPES_SLOT, SLOTS_PER_EVENT } from './fields.ts'
import { EVENT_KEYS } from './key-table.ts'
import { PlacedKeys } from './placed-keys.ts'

/** The line is a JSON object, its spans are noted. */
export const SCANNED = 0
/** What the scanner says of a line that is none; anything else means that it is no JSON. */
export const NO_OBJECT = 2
export const EMPTY = 3

/** An address of 0 stands for none. */
const KEYS_AT = 16
/** For the keys, the spans, and what the scanner looks at behind a line: 16 bytes at a time. */
const MARGIN = 64 * 1024

/** The scanner of assembly/ and the memory it works in: a line is copied there. One for all, as it keeps nothing. */
class ScanMemory {
  /** Of the line scanned last: a start and an end for each field, and bits. */
  spans = new Int32Array(0)
  readonly #instances = new Room(size => this.#create(size))
  #keysAt = 0
  #spansAt = 0
  #lineAt = 0

  /** Notes the spans of the fields in the line `[start, end)` of `buffer`, as offsets in `buffer`. Tells whether it is a JSON object. */
  scan(buffer: Buffer, start: number, end: number): number {
    const length = end - start
    const { exports, bytes } = this.#instances.for(length)
    buffer.copy(bytes, this.#lineAt, start, end)
    const escapesAt = this.#spansAt + 4 * ESCAPES_SLOT
    return exports.scanLine(this.#lineAt, length, start, this.#spansAt, escapesAt, this.#keysAt)
  }

  #create(room: number): Instance {
    const findDecoded = (keys: number, start: number, end: number) =>
      (placed.at(keys)?.indexOf(JSON.parse(instance.bytes.toString('utf8', start >>> 0, end >>> 0))) ?? -1) +
      1
    const instance = instantiate(2 * room + MARGIN, { findDecoded })
    const placed = new PlacedKeys(instance.bytes, KEYS_AT)
    this.#keysAt = placed.place(EVENT_KEYS)
    this.#spansAt = placed.end
    this.#lineAt = this.#spansAt + 4 * SLOTS_PER_EVENT
    this.spans = new Int32Array(instance.bytes.buffer, this.#spansAt, SLOTS_PER_EVENT)
    return instance
  }
}

/** The memory of all scanners. */
export const scanMemory = new ScanMemory()
