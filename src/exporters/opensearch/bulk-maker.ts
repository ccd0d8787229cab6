import type { AuditEvent } from '../../audit/event.ts'
import { Compressor, free } from '../../http/compressor.ts'
import { BufferPool } from '../../pipeline/buffer-pool.ts'
import { encodedOrTooLarge, PermanentError } from '../../pipeline/errors.ts'
import { Limit } from '../../pipeline/limit.ts'
import type { Bulk, BulkEncoder } from './bulk-encoder.ts'
import type { SizeLimit } from './size-limit.ts'

/** Two threads compress as fast as one encodes; more would only hold more uncompressed bulks in memory. */
const MADE_AT_A_TIME = 2

/** A bulk as it is sent, which may be compressed. */
export interface SentBulk extends Bulk {
  /** Its length before that, in bytes. */
  readonly size: number
}

/** Makes the bulks of events, and keeps those whose last attempt failed: while the cluster is away, attempts should cost next to nothing. */
export class BulkMaker {
  readonly #encoder: BulkEncoder
  readonly #compression: 'gzip' | 'none'
  readonly #compressor: Compressor
  readonly #limit: SizeLimit
  readonly #buffers = new BufferPool(4)
  readonly #making = new Limit(MADE_AT_A_TIME)
  readonly #kept = new WeakMap<readonly AuditEvent[], SentBulk>()
  readonly #failed = new WeakSet<SentBulk>()

  constructor(encoder: BulkEncoder, compression: 'gzip' | 'none', limit: SizeLimit) {
    this.#encoder = encoder
    this.#compression = compression
    this.#compressor = new Compressor(compression)
    this.#limit = limit
  }

  /** The bulk of these events, for one attempt. @throws PermanentError when it is larger than the limit and can be halved */
  async bulkOf(events: readonly AuditEvent[], asText: boolean): Promise<SentBulk> {
    const kept = asText ? undefined : this.#kept.get(events)
    if (kept !== undefined) this.#failed.add(kept)
    const bulk = kept ?? (await this.#making.run(() => this.#make(events, asText)))
    if (this.#isTooLarge(bulk.size, events)) {
      this.#kept.delete(events)
      throw this.#tooLarge(bulk.size)
    }
    if (!asText) this.#kept.set(events, bulk)
    return bulk
  }

  /** OpenSearch has taken the bulk: its buffer is used again. Not after an attempt that failed: its connection might still be reading it. */
  taken(events: readonly AuditEvent[], bulk: SentBulk): void {
    this.#kept.delete(events)
    if (this.#failed.has(bulk)) return
    if (this.#compression === 'gzip') free(bulk.body)
    else this.#buffers.give(bulk.body)
  }

  async #make(events: readonly AuditEvent[], asText: boolean): Promise<SentBulk> {
    const expected = this.#encoder.expectedSize(events)
    const { body: encoded, owners } = encodedOrTooLarge(expected, () =>
      this.#encoder.encode(events, this.#buffers.take(expected), asText),
    )
    const size = encoded.length
    if (this.#isTooLarge(size, events)) {
      this.#buffers.give(encoded)
      throw this.#tooLarge(size)
    }
    const body = await this.#compressor.compress(encoded)
    if (body !== encoded) this.#buffers.give(encoded)
    return { body, owners, size }
  }

  #isTooLarge(size: number, { length }: readonly AuditEvent[]): boolean {
    return size > this.#limit.bytes && length > 1
  }

  #tooLarge(size: number): PermanentError {
    return new PermanentError(`the bulk has ${size} bytes, the limit is ${this.#limit.bytes}`)
  }
}
