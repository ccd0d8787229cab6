import type { AttributeDefinition } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { latencyMicroseconds } from '../audit/event-time.ts'
import { WasmMemory } from '../wasm/memory.ts'
import { Room } from '../wasm/room.ts'
import { address, EncoderPlace } from './encoder-place.ts'

/** Whether assembly/ writes the attribute: a field of the event, whose bytes are copied without decoding, or the latency. */
export const isEncoded = ({ field, derive }: AttributeDefinition): boolean =>
  field !== undefined || derive === latencyMicroseconds

const NONE = Buffer.alloc(0)

/** A place of its own, where lines are copied to that are in no memory of WebAssembly. */
interface CopyingPlace {
  readonly place: EncoderPlace
  readonly lineAt: number
}

/** Encodes events one after the other, by assembly/: in the memory they are in, or in one that they are copied to. */
export class EventEncoder {
  readonly #attributes: readonly AttributeDefinition[]
  readonly #keys: readonly Buffer[]
  readonly #copying = new Room(longest => this.#create(longest))
  /** Undefined for a memory without room for it. */
  readonly #places = new WeakMap<WasmMemory, EncoderPlace | undefined>()
  /** The buffer in a memory that was looked at last, and the place there. */
  #buffer: Buffer = NONE
  #there: EncoderPlace | undefined
  #lineAt = 0
  #bytes: Buffer = NONE
  #start = 0
  #end = 0

  /** `attributes` are those that `isEncoded`; `keyOf` gives what stands before an attribute's value. */
  constructor(attributes: readonly AttributeDefinition[], keyOf: (name: string) => Buffer) {
    this.#attributes = attributes
    this.#keys = attributes.map(({ name }) => keyOf(name))
  }

  /** What was encoded last is in `[start, end)` of this. */
  get bytes(): Buffer {
    return this.#bytes
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  /**
   * Encodes an event as `ScopeLogs.log_records` of OTLP, with some `constants`; the caller writes `following` bytes of it behind.
   * @throws RangeError when there is no memory for an event of that length, here and in `members`
   */
  record(event: AuditEvent, constants: Buffer, following: number): void {
    const place = this.#placeOf(event)
    const { exports } = place
    const spans = this.#spansOf(event, place)
    const at = place.place(constants)
    const { length, start } = event
    this.#start = address(exports.record(this.#lineAt, length, start, spans, at, constants.length, following))
    this.#end = address(exports.recordEnd())
  }

  /** Encodes the attributes as members of a JSON object. Returns whether `stageTimestamp` is the event's time and written as Go does. */
  members(event: AuditEvent): boolean {
    const place = this.#placeOf(event)
    const { exports } = place
    this.#end = address(exports.members(this.#lineAt, event.start, this.#spansOf(event, place)))
    this.#start = place.outputAt
    return exports.hasUsualTimes() === 1
  }

  /** Where the event is encoded; its line, whose bytes are valid UTF-8, is at `#lineAt` there. */
  #placeOf(event: AuditEvent): EncoderPlace {
    const place = this.#placeAt(event.buffer) ?? this.#placeOfCopy(event)
    if (place === this.#there) this.#lineAt = event.buffer.byteOffset + event.start
    place.event = event
    this.#bytes = place.bytes
    return place
  }

  #spansOf(event: AuditEvent, place: EncoderPlace): number {
    return place === this.#there && event.spansAt > 0 ? event.spansAt : place.copySpans(event)
  }

  /** The place in the memory that the buffer lies in. */
  #placeAt(buffer: Buffer): EncoderPlace | undefined {
    if (buffer === this.#buffer) return this.#there
    const memory = WasmMemory.of(buffer)
    if (memory === undefined) return undefined
    if (!this.#places.has(memory))
      this.#places.set(memory, EncoderPlace.in(memory, this.#attributes, this.#keys))
    this.#buffer = buffer
    this.#there = this.#places.get(memory)
    return this.#there
  }

  #placeOfCopy(event: AuditEvent): EncoderPlace {
    const { place, lineAt } = this.#copying.for(event.length)
    event.buffer.copy(place.bytes, lineAt, event.start, event.end)
    this.#lineAt = lineAt
    return place
  }

  #create(longest: number): CopyingPlace {
    const memory = new WasmMemory(EncoderPlace.size(longest) + 2 * longest, longest)
    const place = EncoderPlace.in(memory, this.#attributes, this.#keys)
    const lineAt = memory.take(longest)
    if (place === undefined || lineAt === undefined) throw new RangeError('no room for an event')
    return { place, lineAt }
  }
}
