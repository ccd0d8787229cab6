import { FIELD, type Field } from './fields.ts'

/** Finds the known keys of one object by their bytes. Indices returned are those of the list it was made from. */
export class KeyTable {
  /** Field of each key. */
  readonly fields: readonly Field[]
  /** Keys known below each key, if its value is an object that is looked into. */
  readonly nested: readonly (KeyTable | undefined)[]
  readonly #keys: readonly Buffer[]
  readonly #byName: ReadonlyMap<string, number>
  /** Key index + 1 for each hash, 0 for none. The hash is free of collisions: the constructor looks for such a one. */
  readonly #slots: Uint8Array
  readonly #factor: number

  constructor(entries: readonly (readonly [key: string, field: Field, nested?: KeyTable])[]) {
    this.fields = entries.map(entry => entry[1])
    this.nested = entries.map(entry => entry[2])
    this.#keys = entries.map(entry => Buffer.from(entry[0]))
    this.#byName = new Map(entries.map((entry, index) => [entry[0], index]))
    let factor = 1
    let slots: Uint8Array | undefined
    while (slots === undefined) slots = slotsWithoutCollision(this.#keys, factor++)
    this.#slots = slots
    this.#factor = factor - 1
  }

  /** The key with the bytes `[start, end)`, or -1. */
  find(b: Buffer, start: number, end: number): number {
    const length = end - start
    if (length === 0) return -1
    const index = this.#slots[hash(b[start]!, b[end - 1]!, length, this.#factor)]! - 1
    if (index < 0) return -1
    const key = this.#keys[index]!
    if (key.length !== length) return -1
    for (let i = 0; i < length; i++) if (b[start + i] !== key[i]) return -1
    return index
  }

  /** The key that a JSON string with escapes decodes to, or -1. */
  findDecoded(json: string): number {
    return this.indexOf(JSON.parse(json))
  }

  /** The key of this name, or -1. */
  indexOf(name: string): number {
    return this.#byName.get(name) ?? -1
  }

  /** Forgets the fields below: of a duplicate key only the last value counts. */
  clear(spans: Int32Array, base: number): void {
    for (const field of this.fields) spans[base + 2 * field] = -1
  }
}

const hash = (first: number, last: number, length: number, factor: number) =>
  (first + last * factor + length * 7) & 0x7f

function slotsWithoutCollision(keys: readonly Buffer[], factor: number): Uint8Array | undefined {
  const slots = new Uint8Array(128)
  for (const [index, key] of keys.entries()) {
    const slot = hash(key[0]!, key.at(-1)!, key.length, factor)
    if (slots[slot] !== 0) return undefined
    slots[slot] = index + 1
  }
  return slots
}

const USER_KEYS = new KeyTable([
  ['username', FIELD.userUsername],
  ['uid', FIELD.userUid],
  ['groups', FIELD.userGroups],
  ['extra', FIELD.userExtra],
])

const IMPERSONATED_USER_KEYS = new KeyTable([
  ['username', FIELD.impersonatedUsername],
  ['uid', FIELD.impersonatedUid],
  ['groups', FIELD.impersonatedGroups],
  ['extra', FIELD.impersonatedExtra],
])

const OBJECT_REF_KEYS = new KeyTable([
  ['resource', FIELD.objectResource],
  ['namespace', FIELD.objectNamespace],
  ['name', FIELD.objectName],
  ['uid', FIELD.objectUid],
  ['apiGroup', FIELD.objectApiGroup],
  ['apiVersion', FIELD.objectApiVersion],
  ['resourceVersion', FIELD.objectResourceVersion],
  ['subresource', FIELD.objectSubresource],
])

const RESPONSE_STATUS_KEYS = new KeyTable([
  ['status', FIELD.responseStatusStatus],
  ['message', FIELD.responseMessage],
  ['reason', FIELD.responseReason],
  ['code', FIELD.responseCode],
])

const ANNOTATION_KEYS = new KeyTable([
  ['authorization.k8s.io/decision', FIELD.decision],
  ['authorization.k8s.io/reason', FIELD.decisionReason],
])

/** The keys of an audit event that are looked at, two levels deep. */
export const EVENT_KEYS = new KeyTable([
  ['kind', FIELD.kind],
  ['apiVersion', FIELD.apiVersion],
  ['level', FIELD.level],
  ['auditID', FIELD.auditID],
  ['stage', FIELD.stage],
  ['requestURI', FIELD.requestURI],
  ['verb', FIELD.verb],
  ['user', FIELD.user, USER_KEYS],
  ['impersonatedUser', FIELD.impersonatedUser, IMPERSONATED_USER_KEYS],
  ['sourceIPs', FIELD.sourceIPs],
  ['userAgent', FIELD.userAgent],
  ['objectRef', FIELD.objectRef, OBJECT_REF_KEYS],
  ['responseStatus', FIELD.responseStatus, RESPONSE_STATUS_KEYS],
  ['requestObject', FIELD.requestObject],
  ['responseObject', FIELD.responseObject],
  ['requestReceivedTimestamp', FIELD.requestReceivedTimestamp],
  ['stageTimestamp', FIELD.stageTimestamp],
  ['timestamp', FIELD.timestamp],
  ['annotations', FIELD.annotations, ANNOTATION_KEYS],
])
