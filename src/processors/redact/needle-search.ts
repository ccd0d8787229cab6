import { type Instance, instantiate } from '../../wasm/instance.ts'
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

/** An address of 0 stands for none. */
const TABLE_AT = 16
/** What the search looks at behind the bytes. */
const MARGIN = 64

/** Finds many needles at once: bytes are copied to a WebAssembly memory, where 16 are looked at in one step. */
export class NeedleSearch {
  readonly #needles: readonly Needle[]
  readonly #table: Buffer
  readonly #bytesAt: number
  readonly #instances = new Room(size => this.#create(size))
  #tell: (index: number, at: number) => void = () => {}

  constructor(needles: readonly Needle[]) {
    this.#needles = needles
    this.#table = needleTable(needles.map(({ places }) => places))
    this.#bytesAt = TABLE_AT + this.#table.length
  }

  /** Calls `found` for each needle in `[from, to)` that means something, in about their order. */
  find(bytes: Buffer, from: number, to: number, found: Found): void {
    const instance = this.#instances.for(to - from)
    const end = this.#bytesAt + bytes.copy(instance.bytes, this.#bytesAt, from, to)
    this.#tell = (index, address) => {
      const at = address - this.#bytesAt + from
      const bits = this.#needles[index]?.meaning(bytes, at) ?? 0
      if (bits !== 0) found(at, bits)
    }
    instance.exports.findNeedles(TABLE_AT, this.#bytesAt, end)
  }

  #create(room: number): Instance {
    const instance = instantiate(this.#bytesAt + room + MARGIN, {
      foundNeedle: (index, at) => this.#tell(index, at),
    })
    this.#table.copy(instance.bytes, TABLE_AT)
    return instance
  }
}
