import type { KeyTable } from './key-table.ts'

// The layout of a table in memory, as assembly/scan.ts reads it: two numbers, the slots, then the keys.
const SLOTS_AT = 8
const SLOTS = 128
const KEYS_AT = SLOTS_AT + SLOTS
const KEY_SIZE = 16
/** Keys are compared eight bytes at a time. */
const WORD = 8

/** Tables of keys in the scanner's memory. */
export class PlacedKeys {
  readonly #bytes: Buffer
  readonly #tables = new Map<number, KeyTable>()
  #end: number

  /** Places tables at `at`, a multiple of eight. */
  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#end = at
  }

  /** Address after the last one, a multiple of eight. */
  get end(): number {
    return this.#end
  }

  /** The table at an address. */
  at(address: number): KeyTable | undefined {
    return this.#tables.get(address)
  }

  /** Places a table, and those below it before it. Returns its address. */
  place(table: KeyTable): number {
    const nested = table.nested.map(below => (below === undefined ? 0 : this.place(below)))
    const keys = table.keys.map(key => Buffer.from(key))
    const { factor, slots } = hashed(keys)
    const address = this.#take(KEYS_AT + KEY_SIZE * keys.length)
    this.#tables.set(address, table)
    this.#words(address, factor, keys.length)
    slots.copy(this.#bytes, address + SLOTS_AT)
    for (const [index, key] of keys.entries()) {
      const text = this.#take(key.length)
      key.copy(this.#bytes, text)
      this.#words(address + KEYS_AT + KEY_SIZE * index, text, key.length, table.fields[index], nested[index])
    }
    return address
  }

  #take(size: number): number {
    const address = this.#end
    this.#end += Math.ceil(size / WORD) * WORD
    return address
  }

  #words(at: number, ...words: readonly (number | undefined)[]): void {
    for (const [index, word] of words.entries()) this.#bytes.writeUInt32LE(word ?? 0, at + 4 * index)
  }
}

/** Index + 1 of each key by its hash, 0 for none. The factor is the first one by which no two keys have the same hash. */
function hashed(keys: readonly Buffer[]): { factor: number; slots: Buffer } {
  for (let factor = 1; ; factor++) {
    const slots = Buffer.alloc(SLOTS)
    for (const [index, key] of keys.entries()) slots[hash(key, factor)] = index + 1
    if (slots.filter(slot => slot > 0).length === keys.length) return { factor, slots }
  }
}

/** As in assembly/scan.ts. */
function hash(key: Buffer, factor: number): number {
  return ((key[0] ?? 0) + (key.at(-1) ?? 0) * factor + key.length * 7) & (SLOTS - 1)
}
