import type { AuditEvent } from '../../src/audit/event.ts'
import { SLOTS_PER_EVENT } from '../../src/audit/fields.ts'
import { EventScanner } from '../../src/audit/scan.ts'
import { WasmMemory } from '../../src/wasm/memory.ts'

const ROOM = 1024 * 1024
/** Lines after which their spans are used again. */
const LEASE = 300

/** Scans lines where they are in a memory of WebAssembly, and compares what comes of it with what copying the line gave. */
export class ScanInPlace {
  readonly #memory = new WasmMemory(8 * ROOM, ROOM)
  readonly #buffer: Buffer
  readonly #scanner = new EventScanner(this.#memory)
  readonly #spans = new Int32Array(SLOTS_PER_EVENT)
  readonly #others = new Int32Array(SLOTS_PER_EVENT)
  #release = () => {}
  #count = 0

  constructor() {
    const at = this.#memory.take(ROOM)
    if (at === undefined) throw new RangeError('no room')
    this.#buffer = this.#memory.bytes.subarray(at, at + ROOM)
  }

  /** How the line at `[start, end)` of `bytes` is read otherwise in place, if it is. */
  disagreement(bytes: Buffer, start: number, end: number, scanned: AuditEvent | string): string | undefined {
    if (this.#count++ % LEASE === 0) {
      this.#release()
      this.#release = this.#scanner.leaseSpans()
    }
    const at = (this.#count * 7) % 4096
    bytes.copy(this.#buffer, at)
    const there = this.#scanner.scan(this.#buffer, at + start, at + end)
    if (!this.#buffer.subarray(at, at + bytes.length).equals(bytes)) return 'bytes were changed in place'
    if (typeof there === 'string' || typeof scanned === 'string')
      return there === scanned ? undefined : `in place ${said(there)}, copied ${said(scanned)}`
    there.copySpans(this.#spans)
    scanned.copySpans(this.#others)
    const isSame = this.#spans.every((slot, i) => slot === movedBy(at, i, this.#others[i] ?? Number.NaN))
    return isSame ? undefined : 'other fields in place'
  }
}

const said = (result: AuditEvent | string) => (typeof result === 'string' ? result : 'an event')

/** Offsets move with the line; bits and what stands for no value do not. */
const movedBy = (by: number, slot: number, value: number) =>
  slot >= SLOTS_PER_EVENT - 2 || value < 0 ? value : value + by
