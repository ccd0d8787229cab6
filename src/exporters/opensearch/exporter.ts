import type { AuditEvent } from '../../audit/event.ts'
import type { AuditBatch } from '../../pipeline/batch.ts'
import { clusterName } from '../../pipeline/cluster-name.ts'
import type { ComponentContext, Exporter, ExportResult, Probe, SetupStep } from '../../pipeline/contracts.ts'
import { PermanentError, RetryableError } from '../../pipeline/errors.ts'
import { AuditshipDocument } from './auditship-document.ts'
import { type BulkOutcome, bulkOutcome } from './bulk-answer.ts'
import { BulkEncoder } from './bulk-encoder.ts'
import { BulkMaker } from './bulk-maker.ts'
import { OpenSearchClient } from './client.ts'
import { nameFor } from './names.ts'
import { OpniDocument } from './opni-document.ts'
import type { OpenSearchOptions } from './options.ts'
import { probe } from './probe.ts'
import { refusal } from './refusal.ts'
import { resourceFields } from './resource-fields.ts'
import { Setup } from './setup.ts'
import { SizeLimit } from './size-limit.ts'

/** Writes events into a data stream, and interactive access into the index of change events. */
export class OpenSearchExporter implements Exporter {
  readonly #options: OpenSearchOptions
  readonly #client: OpenSearchClient
  readonly #bulks: BulkMaker
  readonly #setup: Setup
  readonly #index: string
  readonly #path: string
  readonly #limit: SizeLimit

  constructor(options: OpenSearchOptions, context: ComponentContext) {
    const { attributes, resource, log } = context
    const fields = options.layout === 'opni' ? {} : resourceFields(resource, attributes, log)
    const layout =
      options.layout === 'opni' ? new OpniDocument(resource) : new AuditshipDocument(attributes, fields)
    const cluster = clusterName(resource)
    const changeEvents = options.changeEvents === false ? undefined : nameFor(options.changeEvents, cluster)
    this.#options = options
    this.#client = new OpenSearchClient(options)
    this.#setup = new Setup(this.#client, options, context, Object.keys(fields))
    this.#index = nameFor(options.dataStream, cluster)
    this.#path = `/${this.#index}/_bulk?filter_path=error,status,items.*.status,items.*.error,items.create._index`
    this.#limit = new SizeLimit(options.maxRequestSize)
    const encoder = new BulkEncoder({ layout, cluster, changeEvents })
    this.#bulks = new BulkMaker(encoder, options.compression, this.#limit)
  }

  async export(batch: AuditBatch, signal: AbortSignal): Promise<ExportResult> {
    await this.#setup.ensure(signal)
    try {
      const result = await this.#exportOnce(batch, signal)
      if (result.why?.needsOperator) this.#setup.again()
      return result
    } catch (error) {
      if (error instanceof RetryableError && error.needsOperator) this.#setup.again()
      throw error
    }
  }

  setup(dryRun: boolean, signal: AbortSignal): AsyncIterable<SetupStep> {
    return this.#setup.steps(dryRun, signal)
  }

  probe(signal: AbortSignal): Promise<Probe> {
    return probe(this.#options, signal)
  }

  async #exportOnce({ events }: AuditBatch, signal: AbortSignal): Promise<ExportResult> {
    const { deferred, why, refused } = await this.#send(events, false, signal)
    if (refused.length === 0 || this.#options.layout === 'opni') return { deferred, why, rejected: refused }
    // A client can put a duplicate key into a patch: who does that must not be able to hide.
    const again = refused.map(({ event }) => event)
    const asText = await this.#sendAsText(again, signal)
    return { deferred: [...deferred, ...asText.deferred], why: why ?? asText.why, rejected: asText.refused }
  }

  /** Text is larger than JSON: a bulk that is too large for the server is halved here, the rest of the batch is there already. */
  async #sendAsText(events: readonly AuditEvent[], signal: AbortSignal): Promise<BulkOutcome> {
    try {
      return await this.#send(events, true, signal)
    } catch (error) {
      if (error instanceof RetryableError) return { deferred: events, why: error, refused: [] }
      if (!(error instanceof PermanentError)) throw error
      const middle = events.length >> 1
      if (middle === 0)
        return {
          deferred: [],
          why: undefined,
          refused: events.map(event => ({ event, reason: error.message, summary: error.summary })),
        }
      const first = await this.#sendAsText(events.slice(0, middle), signal)
      const second = await this.#sendAsText(events.slice(middle), signal)
      return {
        deferred: [...first.deferred, ...second.deferred],
        why: first.why ?? second.why,
        refused: [...first.refused, ...second.refused],
      }
    }
  }

  async #send(events: readonly AuditEvent[], asText: boolean, signal: AbortSignal): Promise<BulkOutcome> {
    const bulk = await this.#bulks.bulkOf(events, asText)
    const headers = {
      'content-type': 'application/x-ndjson',
      ...(this.#options.compression === 'gzip' && { 'content-encoding': 'gzip' }),
    }
    const request = { method: 'POST', path: this.#path, body: bulk.body, headers } as const
    const answer = await this.#client.request(request, signal)
    if (answer.status === 413 && events.length > 1) this.#limit.refused(bulk.size)
    if (answer.status !== 200) throw refusal('a bulk', answer)
    this.#limit.passed(bulk.size)
    this.#bulks.taken(events, bulk)
    return bulkOutcome(answer.body, bulk.owners, this.#unwantedIndex)
  }

  /** The index that OpenSearch makes when the data stream and its template are missing. */
  get #unwantedIndex(): string | undefined {
    return this.#options.layout === 'opni' || this.#setup.isIndex ? undefined : this.#index
  }

  async stop(): Promise<void> {
    await this.#client.close()
  }
}
