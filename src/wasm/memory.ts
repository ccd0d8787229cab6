/** The part of the language that is used here: its types are among those of browsers, not of Node.js. */
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
}

const PAGE = 0x10000
/** What is taken begins at a multiple of this, as pages of memory do: the kernel copies a file's to them faster. */
const ALIGNMENT = 4096
/** What is looked at behind a text, 16 bytes at a time. */
const MARGIN = 64

const memories = new WeakMap<ArrayBufferLike, WasmMemory>()

/**
 * A memory that instances of the module share, so that what was read into it is worked on where it is.
 * It never grows, so `bytes` stays valid; bytes that are never touched cost nothing.
 */
export class WasmMemory {
  readonly bytes: Buffer<ArrayBuffer>
  /** No line in it is longer. */
  readonly longest: number
  /** What an instance imports. */
  readonly imported: object
  #end = ALIGNMENT // an address of 0 stands for none

  /** Makes one of which so many bytes can be taken, a piece that is larger than a page or two at a time. @throws RangeError when the system has none */
  constructor(size: number, longest: number) {
    const pages = Math.ceil((ALIGNMENT + size + MARGIN) / PAGE)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.imported = memory
    this.longest = longest
    this.bytes = Buffer.from(memory.buffer)
    memories.set(memory.buffer, this)
  }

  /** The memory that a buffer lies in, if it does. */
  static of({ buffer }: Buffer): WasmMemory | undefined {
    return memories.get(buffer)
  }

  /** Takes so many bytes for good: their address, or undefined when fewer are left. */
  take(size: number): number | undefined {
    const address = this.#end
    const end = address + Math.ceil(size / ALIGNMENT) * ALIGNMENT
    if (end + MARGIN > this.bytes.length) return undefined
    this.#end = end
    return address
  }
}
