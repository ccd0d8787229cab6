import type { AuditEvent } from '../../audit/event.ts'
import { clusterName } from '../../pipeline/cluster-name.ts'
import type { ComponentContext, Rejection } from '../../pipeline/contracts.ts'
import { PermanentError, RetryableError } from '../../pipeline/errors.ts'
import { describe } from '../../pipeline/health.ts'
import type { Database } from '../../postgres/database.ts'
import { AuditEventRows, daysOf, INSERT_AUDIT_EVENTS } from './audit-event-rows.ts'
import { Partitions } from './partitions.ts'

/** How often old partitions are looked for, and how soon again when that failed, in milliseconds. */
const RETENTION_EVERY_MS = 86_400_000
const RETENTION_AGAIN_MS = 3_600_000

/** Writes audit events into `audit_events`. */
export class AuditEventWriter {
  readonly #database: Database
  readonly #rows: AuditEventRows
  readonly #partitions: Partitions
  readonly #retentionDays: number | undefined
  readonly #context: ComponentContext
  #nextRetention = 0

  constructor(database: Database, retentionDays: number | undefined, context: ComponentContext) {
    this.#database = database
    this.#retentionDays = retentionDays
    this.#context = context
    this.#rows = new AuditEventRows(context.attributes, context.resource, clusterName(context.resource))
    this.#partitions = new Partitions(database)
  }

  /** Writes all it can and returns what PostgreSQL refuses for good. @throws RetryableError when it has to be tried again */
  async write(events: readonly AuditEvent[], signal: AbortSignal): Promise<Rejection[]> {
    await this.#dropOld(signal)
    await this.#partitions.make(daysOf(events), signal)
    try {
      return await this.#insert(events, false, signal)
    } catch (error) {
      if (error instanceof RetryableError) this.#partitions.forget()
      throw error
    }
  }

  /** What PostgreSQL does not take as JSON it has to take as text: a client can choose what a patch holds, and must not be able to hide. */
  async #insert(events: readonly AuditEvent[], asText: boolean, signal: AbortSignal): Promise<Rejection[]> {
    try {
      await this.#database.query(INSERT_AUDIT_EVENTS, [this.#rows.encode(events, asText)], signal)
      return []
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error
      if (events.length > 1) {
        const middle = events.length >> 1
        const first = await this.#insert(events.slice(0, middle), asText, signal)
        return [...first, ...(await this.#insert(events.slice(middle), asText, signal))]
      }
      if (!asText) return this.#insert(events, true, signal)
      return events.map(event => ({ event, reason: error.message, summary: error.summary }))
    }
  }

  async #dropOld(signal: AbortSignal): Promise<void> {
    if (this.#retentionDays === undefined || Date.now() < this.#nextRetention) return
    this.#nextRetention = Date.now() + RETENTION_EVERY_MS
    const { log } = this.#context
    try {
      await this.#partitions.dropOld(this.#retentionDays, log, signal)
    } catch (error) {
      signal.throwIfAborted()
      this.#nextRetention = Date.now() + RETENTION_AGAIN_MS
      log.warn(`cannot drop old audit events, trying again in an hour: ${describe(error)}`)
    }
  }
}
