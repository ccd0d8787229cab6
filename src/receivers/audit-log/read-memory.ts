import { LineScanner } from '../../audit/line-scanner.ts'
import { SpanBlocks } from '../../audit/span-blocks.ts'
import { EncoderPlace } from '../../otlp/encoder-place.ts'
import { WasmMemory } from '../../wasm/memory.ts'

/** Each exporter has an encoder; those of more exporters have a memory of their own. */
const ENCODERS = 3
/** For what begins at a multiple of something. */
const SLACK = 1024 * 1024
const PAGE = 4096
/** Larger buffers are not in it, and all of them together take no more than sixteen of these. */
const LARGEST = 4 * 1024 * 1024

/** Memory of WebAssembly that logs are read into, so that events are scanned and encoded where they are. Pages that are never written cost nothing. */
export class ReadMemory {
  readonly memory: WasmMemory
  readonly #free: Buffer[] = []

  /** With up to `count` buffers of `size` bytes. @throws RangeError when the system has no such memory */
  constructor(size: number, count: number) {
    const longest = Math.min(size, LARGEST)
    const buffers = size > LARGEST ? 0 : Math.min(count, Math.floor((16 * LARGEST) / size))
    const scanning = LineScanner.SIZE + longest + SpanBlocks.SIZE
    const encoding = ENCODERS * EncoderPlace.size(longest)
    this.memory = new WasmMemory(buffers * (size + PAGE) + scanning + encoding + SLACK, longest)
    for (let i = 0; i < buffers; i++) {
      const at = this.memory.take(size)
      if (at !== undefined) this.#free.push(this.memory.bytes.subarray(at, at + size))
    }
  }

  /** A buffer for nobody else until it is given back, with any content; undefined when there is none. The one used last comes first. */
  take(): Buffer | undefined {
    return this.#free.pop()
  }

  /** Gives back a buffer that nobody reads any more. */
  give(buffer: Buffer): void {
    this.#free.push(buffer)
  }
}
