import type { AuditEvent } from '../../audit/event.ts'
import { Compressor, free } from '../../http/compressor.ts'
import { readToken } from '../../http/secret-file.ts'
import { JsonEncoder } from '../../otlp/encode-json.ts'
import { ProtobufEncoder } from '../../otlp/encode-protobuf.ts'
import type { AuditBatch } from '../../pipeline/batch.ts'
import { BufferPool } from '../../pipeline/buffer-pool.ts'
import { clusterName } from '../../pipeline/cluster-name.ts'
import {
  ALL_DELIVERED,
  type ComponentContext,
  type Exporter,
  type ExportResult,
  type Probe,
} from '../../pipeline/contracts.ts'
import { encodedOrTooLarge, PermanentError } from '../../pipeline/errors.ts'
import { Limit } from '../../pipeline/limit.ts'
import { withoutQuotes } from '../../pipeline/own-words.ts'
import { HttpClient } from './http-client.ts'
import type { OtlpOptions } from './options.ts'
import type { PartialSuccess } from './partial-success.ts'

/** Two threads compress as fast as one encodes; more would only hold more uncompressed requests in memory. */
const MADE_AT_A_TIME = 2

/** Encodes a batch, posts it once and says what became of it. */
export class OtlpExporter implements Exporter {
  readonly #options: OtlpOptions
  readonly #encoder: JsonEncoder | ProtobufEncoder
  readonly #buffers = new BufferPool(4)
  readonly #making = new Limit(MADE_AT_A_TIME)
  readonly #compressor: Compressor
  /** Bodies of batches whose last attempt failed: while a backend is away, attempts should cost next to nothing. */
  readonly #bodies = new WeakMap<AuditBatch, Buffer>()
  readonly #client: HttpClient
  readonly #log: ComponentContext['log']

  constructor(options: OtlpOptions, context: ComponentContext) {
    const shape = {
      resource: context.resource,
      attributes: context.attributes,
      recordUidOf: options.recordUid ? clusterName(context.resource) : undefined,
    }
    this.#options = options
    this.#encoder = options.encoding === 'json' ? new JsonEncoder(shape) : new ProtobufEncoder(shape)
    this.#compressor = new Compressor(options.compression)
    this.#client = new HttpClient(options)
    this.#log = context.log
  }

  async export(batch: AuditBatch, signal: AbortSignal): Promise<ExportResult> {
    const kept = this.#bodies.get(batch)
    const body = kept ?? (await this.#making.run(() => this.#bodyOf(batch.events)))
    this.#bodies.set(batch, body)
    const partial = await this.#client.post(body, await this.#headers(), signal)
    this.#bodies.delete(batch)
    // Not after an attempt that failed: its connection might still be reading it.
    if (kept === undefined) this.#giveBack(body)
    return partial === undefined ? ALL_DELIVERED : this.#partlyRefused(batch, partial)
  }

  #giveBack(body: Buffer): void {
    if (this.#options.compression === 'none') this.#buffers.give(body)
    else free(body)
  }

  async #bodyOf(events: readonly AuditEvent[]): Promise<Buffer> {
    const { maxRequestSize } = this.#options
    const size = this.#encoder.expectedSize(events)
    const encoded = encodedOrTooLarge(size, () => this.#encoder.encode(events, this.#buffers.take(size)))
    if (encoded.length > maxRequestSize && events.length > 1) {
      this.#buffers.give(encoded)
      throw new PermanentError(`the request has ${encoded.length} bytes, maxRequestSize is ${maxRequestSize}`)
    }
    const body = await this.#compressor.compress(encoded)
    if (body !== encoded) this.#buffers.give(encoded)
    return body
  }

  /** OTLP does not say which records were refused, so all are kept as dead letters, marked so. */
  #partlyRefused(batch: AuditBatch, { rejected, message }: PartialSuccess): ExportResult {
    if (rejected === 0) {
      const own = 'the backend accepted everything with a warning'
      this.#log.warn(withoutQuotes(own, `: ${message}`, batch.events))
      return ALL_DELIVERED
    }
    const summary = `partial success: ${rejected} of these ${batch.events.length} events were refused, not known which`
    const reason = `${summary}: ${message}`
    return { deferred: [], rejected: batch.events.map(event => ({ event, reason, summary })) }
  }

  async #headers(): Promise<Record<string, string>> {
    const { bearerTokenFile, compression, encoding, headers } = this.#options
    return {
      ...headers,
      'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf',
      ...(compression !== 'none' && { 'content-encoding': compression }),
      ...(bearerTokenFile !== undefined && { authorization: `Bearer ${await readToken(bearerTokenFile)}` }),
    }
  }

  /** A request with no events in it. */
  async probe(signal: AbortSignal): Promise<Probe> {
    const isJson = this.#options.encoding === 'json'
    const body = await this.#compressor.compress(Buffer.from(isJson ? '{}' : ''))
    await this.#client.post(body, await this.#headers(), signal)
    return { answered: `${this.#client.place} takes OTLP`, time: this.#client.time }
  }

  async stop(): Promise<void> {
    await this.#client.close()
  }
}
