import { type Exports, instantiate } from '../../wasm/instance.ts'
import { WasmMemory } from '../../wasm/memory.ts'
import { needleTable } from '../../wasm/needle-table.ts'
import { Room } from '../../wasm/room.ts'

/** A byte string that is looked for; each place may have several bytes. */
export interface Needle {
  /** The bytes of each place as Latin-1. */
  readonly places: readonly string[]
  /** Looks at what is around the needle that begins at `at`, and says what it means: bits, 0 for nothing. */
  readonly meaning: (bytes: Buffer, at: number) => number
}

type Found = (at: number, meaning: number) => void

/** A table of needles in a memory, and room for what is searched. */
interface Place {
  readonly exports: Exports
  readonly memory: WasmMemory
  readonly tableAt: number
  readonly bytesAt: number
}

/** Finds many needles at once: bytes are copied to a WebAssembly memory, where 16 are looked at in one step. */
export class NeedleSearch {
  readonly #needles: readonly Needle[]
  readonly #table: Buffer
  readonly #places = new Room(size => this.#create(size))
  #tell: (index: number, at: number) => void = () => {}

  constructor(needles: readonly Needle[]) {
    this.#needles = needles
    this.#table = needleTable(needles.map(({ places }) => places))
  }

  /** Calls `found` for each needle in `[from, to)` that means something, in about their order. */
  find(bytes: Buffer, from: number, to: number, found: Found): void {
    const { exports, memory, tableAt, bytesAt } = this.#places.for(to - from)
    const end = bytesAt + bytes.copy(memory.bytes, bytesAt, from, to)
    this.#tell = (index, address) => {
      const at = address - bytesAt + from
      const bits = this.#needles[index]?.meaning(bytes, at) ?? 0
      if (bits !== 0) found(at, bits)
    }
    exports.findNeedles(tableAt, bytesAt, end)
  }

  #create(room: number): Place {
    const memory = new WasmMemory(2 * this.#table.length + 2 * room, room)
    const tableAt = memory.take(this.#table.length)
    const bytesAt = memory.take(room)
    if (tableAt === undefined || bytesAt === undefined) throw new RangeError('no room for a search')
    this.#table.copy(memory.bytes, tableAt)
    const exports = instantiate(memory, { foundNeedle: (index, at) => this.#tell(index, at) })
    return { exports, memory, tableAt, bytesAt }
  }
}
