import { WasmMemory } from '../wasm/memory.ts'
import { Room } from '../wasm/room.ts'
import { LineScanner } from './line-scanner.ts'

interface Place {
  readonly scanner: LineScanner
  readonly lineAt: number
}

/** Scans lines that are in no memory of WebAssembly: each is copied to one. */
class CopyingScanner {
  /** Of the line scanned last: a start and an end for each field, and bits. */
  spans = new Int32Array(0)
  readonly #places = new Room(createPlace)

  /** Notes the spans of the fields in the line `[start, end)` of `buffer`, as offsets in `buffer`. Tells whether it is a JSON object. */
  scan(buffer: Buffer, start: number, end: number): number {
    const { scanner, lineAt } = this.#places.for(end - start)
    buffer.copy(scanner.memory.bytes, lineAt, start, end)
    this.spans = scanner.spans
    return scanner.scan(lineAt, end - start, start)
  }
}

function createPlace(longest: number): Place {
  const room = longest + 1 // for the byte behind a line
  const memory = new WasmMemory(LineScanner.SIZE + 3 * room, room)
  const scanner = new LineScanner(memory)
  const lineAt = memory.take(room)
  if (lineAt === undefined) throw new RangeError('no room for a line')
  return { scanner, lineAt }
}

/** One for all, as it keeps nothing. */
export const copyingScanner = new CopyingScanner()
