import { BINARY } from './binary.ts'
import type { WasmMemory } from './memory.ts'

/** What assembly/ exports. Numbers are addresses and lengths in the instance's memory. */
export interface Exports {
  /** See assembly/scan.ts. */
  scanLine(
    line: number,
    length: number,
    start: number,
    slots: number,
    escapeSlots: number,
    keys: number,
    stack: number,
  ): number
  /** See assembly/needles.ts. */
  findLine(table: number, at: number, end: number): number
  /** See assembly/needles.ts. */
  findNeedles(table: number, from: number, to: number): void
  /** See assembly/event.ts. */
  prepare(
    attributes: number,
    attributeCount: number,
    escapesAfter: number,
    work: number,
    output: number,
  ): void
  /** See assembly/time.ts. */
  setTimes(time: bigint, isKnown: number, microseconds: number): void
  /** See assembly/protobuf.ts. */
  record(
    line: number,
    length: number,
    start: number,
    spans: number,
    constants: number,
    constantsLength: number,
    following: number,
  ): number
  /** See assembly/protobuf.ts. */
  recordEnd(): number
  /** See assembly/document.ts. */
  members(line: number, start: number, spans: number): number
  /** See assembly/document.ts. */
  hasUsualTimes(): number
}

/** What assembly/ calls. */
export interface Imports {
  /** Index + 1 of the key that the JSON string `[start, end)` decodes to, in the table of keys at `keys`; 0 for none. */
  findDecoded(keys: number, start: number, end: number): number
  /** The integer that the JSON value `[start, end)` is, or NaN; asked for whatever is not plain digits. */
  integerOf(start: number, end: number): number
  /** Calls `setTimes` with what is to be known of the event that is encoded: its timestamps are not as Go writes them. */
  unusualTimes(): void
  /** The needle `index` of a table begins at `at`. */
  foundNeedle(index: number, at: number): void
}

/** The part of the language that is used here: its types are among those of browsers, not of Node.js. */
declare const WebAssembly: {
  readonly Module: new (binary: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

let compiled: object | undefined

/** Makes an instance that works in this memory. */
export function instantiate(memory: WasmMemory, imports: Partial<Imports>): Exports {
  compiled ??= compile()
  const { exports } = new WebAssembly.Instance(compiled, {
    env: { memory: memory.imported },
    imports: {
      findDecoded: notAsked,
      integerOf: notAsked,
      unusualTimes: notAsked,
      foundNeedle: notAsked,
      ...imports,
    },
  })
  return exports as Exports
}

/** @throws Error when this CPU cannot run the module */
function compile(): object {
  try {
    return new WebAssembly.Module(Buffer.from(BINARY, 'base64'))
  } catch (cause) {
    const needs = 'auditship needs a CPU with SSE4.1 (x86-64-v2) or NEON, for WebAssembly with SIMD'
    throw new Error(`${needs}: give a virtual machine the CPU type host, or x86-64-v2`, { cause })
  }
}

/** Finds out whether this CPU can run the module, before anything else is done. @throws Error when it cannot */
export function checkCpu(): void {
  compiled ??= compile()
}

function notAsked(): never {
  throw new Error('the module asked for what its user has not')
}
