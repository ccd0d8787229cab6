import { type Exports, instantiate } from '../../wasm/instance.ts'
import { needleTable } from '../../wasm/needle-table.ts'
import { ROOM } from './line-chunks.ts'
import type { Needles } from './needles.ts'

/** An address of 0 stands for none. */
const TABLES_AT = 16
/** What the search looks at behind the lines. */
const MARGIN = 64

/** What logs are read into, and what finds lines there. */
export interface LogMemory {
  readonly buffers: readonly [Buffer, Buffer]
  /** One for each set of needles. */
  readonly finders: readonly NeedleFinder[]
}

/** Makes a memory, of which only as much is used as the longest line and the needles take. */
export function logMemory(sets: readonly Needles[]): LogMemory {
  const tables = sets.map(needles => needleTable(['\n', ...needles]))
  const buffersAt = tables.reduce((sum, { length }) => sum + length, TABLES_AT)
  const { exports, bytes } = instantiate(buffersAt + 2 * ROOM + MARGIN, {})
  let tableAt = TABLES_AT
  const finders = tables.map(table => {
    const finder = new NeedleFinder(exports, tableAt)
    tableAt += table.copy(bytes, tableAt)
    return finder
  })
  const bufferAt = (at: number) => bytes.subarray(at, at + ROOM)
  return { buffers: [bufferAt(buffersAt), bufferAt(buffersAt + ROOM)], finders }
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
