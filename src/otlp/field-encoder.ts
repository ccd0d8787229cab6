import type { AttributeDefinition } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { ESCAPES_SLOT, type Field, SLOTS_PER_EVENT } from '../audit/fields.ts'
import { type Instance, instantiate } from '../wasm/instance.ts'

/** An attribute that is a field of the event. */
export type FieldAttribute = AttributeDefinition & { readonly field: Field }

/** Whether the attribute is a field of the event: its bytes are copied without decoding. */
export const isField = (attribute: AttributeDefinition): attribute is FieldAttribute =>
  attribute.field !== undefined

/** Writes attributes with their keys in the way of a wire format. */
export interface FieldFormat {
  /** What stands before the attribute's value. */
  keyOf(name: string): Buffer
  /** Which export of assembly/attributes.ts writes them. */
  readonly write: 'protobufAttributes' | 'jsonAttributes'
}

const KINDS = { string: 0, 'string[]': 1, int: 2, bool: 3 } as const

// The layout of an attribute in memory, as assembly/attributes.ts reads it.
const ATTRIBUTES_AT = 16
const ATTRIBUTE_SIZE = 16

/** There is room for lines of so many bytes, more than kube-apiserver writes as a rule. */
const ROOM = 4 * 1024 * 1024
/** Of a memory: the line, its unescaped text, and all values with what a format puts around them. */
const ROOMS = 5
/** For the keys, and what is read and written behind a text: 16 bytes at a time. */
const MARGIN = 128 * 1024

/** Encodes those attributes of an event that are its fields, all at once. */
export class FieldEncoder {
  readonly #attributes: readonly FieldAttribute[]
  readonly #format: FieldFormat
  #instance: Instance | undefined
  #spans = new Int32Array(0)
  #lineAt = 0
  #room = 0
  #start = 0
  #end = 0

  constructor(attributes: readonly FieldAttribute[], format: FieldFormat) {
    this.#attributes = attributes
    this.#format = format
  }

  /** Encodes the event, whose bytes are valid UTF-8. */
  encode(event: AuditEvent): void {
    const { exports, bytes } = this.#withRoomFor(event.length)
    const line = this.#lineAt
    event.copySpans(this.#spans)
    event.buffer.copy(bytes, line, event.start, event.end)
    const spansAt = this.#spans.byteOffset
    const work = line + this.#room
    this.#start = work + this.#room
    this.#end = exports[this.#format.write](
      ATTRIBUTES_AT,
      ATTRIBUTES_AT + ATTRIBUTE_SIZE * this.#attributes.length,
      spansAt,
      spansAt + 4 * ESCAPES_SLOT,
      line - event.start,
      work,
      this.#start,
    )
  }

  /** What was encoded is in `[start, end)` of this, until the next event is. */
  get bytes(): Buffer {
    return this.#instance?.bytes ?? NONE
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  /** A memory that is larger than most lines need is not kept. */
  #withRoomFor(length: number): Instance {
    const room = Math.max(ROOM, length)
    if (this.#instance === undefined || this.#room !== room) this.#instance = this.#create(room)
    return this.#instance
  }

  #create(room: number): Instance {
    const keys = this.#attributes.map(({ name }) => this.#format.keyOf(name))
    const instance = instantiate(ROOMS * room + MARGIN, {
      integerOf: (start, end) => {
        const value: unknown = JSON.parse(instance.bytes.toString('utf8', start, end))
        return Number.isSafeInteger(value) ? Number(value) : Number.NaN
      },
    })
    const { bytes } = instance
    const spansAt = ATTRIBUTES_AT + ATTRIBUTE_SIZE * keys.length
    this.#spans = new Int32Array(bytes.buffer, spansAt, SLOTS_PER_EVENT)
    let keyAt = spansAt + this.#spans.byteLength
    for (const [index, { field, kind }] of this.#attributes.entries()) {
      const at = ATTRIBUTES_AT + ATTRIBUTE_SIZE * index
      const key = keys[index] ?? NONE
      for (const [word, value] of [field, KINDS[kind], keyAt, key.length].entries())
        bytes.writeUInt32LE(value, at + 4 * word)
      key.copy(bytes, keyAt)
      keyAt += key.length
    }
    this.#lineAt = keyAt
    this.#room = room
    return instance
  }
}

const NONE = Buffer.alloc(0)
