import type { WasmMemory } from '../wasm/memory.ts'
import { SLOTS_PER_EVENT } from './fields.ts'

/** Events whose spans share one block: large enough to make allocation cheap, small enough to be freed soon. */
const EVENTS_PER_BLOCK = 128
const SLOTS = SLOTS_PER_EVENT * EVENTS_PER_BLOCK
const BYTES = 4096 * Math.ceil((4 * SLOTS) / 4096)
/** Blocks in the memory, and unused ones elsewhere that are kept. */
const MOST = 64

/** Spans of some events, one after the other. */
export interface SpanBlock {
  readonly slots: Int32Array<ArrayBuffer>
  /** In the memory that the events' lines are in; 0 when it is elsewhere. */
  readonly address: number
}

/** Blocks that are leased and given back. */
export class SpanBlocks {
  /** Bytes that they take of a memory. */
  static readonly SIZE = MOST * BYTES
  readonly #memory: WasmMemory | undefined
  readonly #free: SpanBlock[] = []
  #countInMemory = 0

  /** In `memory`, as long as it has room. */
  constructor(memory: WasmMemory | undefined) {
    this.#memory = memory
  }

  /** A block for nobody else until it is given back. */
  take(): SpanBlock {
    return this.#free.pop() ?? this.#inMemory() ?? newBlock()
  }

  /** Gives back a block whose events nobody looks at any more. */
  give(block: SpanBlock): void {
    if (block.address > 0 || this.#free.length < MOST) this.#free.push(block)
  }

  #inMemory(): SpanBlock | undefined {
    if (this.#memory === undefined || this.#countInMemory === MOST) return undefined
    const address = this.#memory.take(BYTES)
    if (address === undefined) return undefined
    this.#countInMemory++
    return { slots: new Int32Array(this.#memory.bytes.buffer, address, SLOTS), address }
  }
}

/** A block that is left to the garbage collector. */
export const newBlock = (): SpanBlock => ({ slots: new Int32Array(SLOTS), address: 0 })
