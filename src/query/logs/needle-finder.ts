import { LineScanner } from '../../audit/line-scanner.ts'
import { EventScanner } from '../../audit/scan.ts'
import { type Exports, instantiate } from '../../wasm/instance.ts'
import { WasmMemory } from '../../wasm/memory.ts'
import { needleTable } from '../../wasm/needle-table.ts'
import { ROOM } from './line-chunks.ts'
import type { Needles } from './needles.ts'

/** For what begins at a multiple of something. */
const SLACK = 64 * 1024

/** What logs are read into, and what finds lines there and makes events of them. */
export interface LogMemory {
  readonly buffers: readonly [Buffer, Buffer]
  /** One for each set of needles. */
  readonly finders: readonly NeedleFinder[]
  readonly scanner: EventScanner
}

/** Makes a memory, of which only as much is used as the longest line and the needles take. */
export function logMemory(sets: readonly Needles[]): LogMemory {
  const tables = sets.map(needles => needleTable(['\n', ...needles]))
  const tablesSize = tables.reduce((sum, { length }) => sum + length, 0)
  const memory = new WasmMemory(tablesSize + LineScanner.SIZE + 3 * ROOM + SLACK * (1 + sets.length), ROOM)
  const take = (size: number) => {
    const at = memory.take(size)
    if (at === undefined) throw new RangeError('no room for logs')
    return at
  }
  const exports = instantiate(memory, {})
  const finders = tables.map(table => {
    const at = take(table.length)
    table.copy(memory.bytes, at)
    return new NeedleFinder(exports, at)
  })
  const buffer = () => {
    const at = take(ROOM)
    return memory.bytes.subarray(at, at + ROOM)
  }
  return { buffers: [buffer(), buffer()], finders, scanner: new EventScanner(memory) }
}

/** Finds lines that have one of a set of needles. */
export class NeedleFinder {
  readonly #exports: Exports
  readonly #table: number

  constructor(exports: Exports, table: number) {
    this.#exports = exports
    this.#table = table
  }

  /**
   * Offset of the first line in `[start, end)` of a buffer of the memory that has a needle, or that is no whole object: it does
   * not begin with an opening brace and end with a closing one. `end` when there is none.
   */
  findLine(buffer: Buffer, start: number, end: number): number {
    const origin = buffer.byteOffset
    return this.#exports.findLine(this.#table, origin + start, origin + end) - origin
  }
}
