import type { AuditEvent } from '../../audit/event.ts'
import type { AuditBatch } from '../../pipeline/batch.ts'
import { clusterName } from '../../pipeline/cluster-name.ts'
import {
  ALL_DELIVERED,
  type ComponentContext,
  type Exporter,
  type ExportResult,
  type Probe,
  type SetupStep,
} from '../../pipeline/contracts.ts'
import { RetryableError } from '../../pipeline/errors.ts'
import type { Database } from '../../postgres/database.ts'
import { hasEmbedded } from '../../postgres/embedded/place.ts'
import { openForReading, openForWriting, urlOf } from '../../postgres/open-database.ts'
import { AuditEventWriter } from './audit-event-writer.ts'
import { changeEventRows, UPSERT_CHANGE_EVENTS } from './change-event-rows.ts'
import type { PostgresOptions } from './options.ts'
import { probe } from './probe.ts'
import { Setup } from './setup.ts'

/** What is needed while the database is open. */
interface Opened {
  readonly database: Database
  /** Undefined with `events: interactive`. */
  readonly auditEvents: AuditEventWriter | undefined
}

/** Writes interactive access into `change_events` and, if wanted, every event into `audit_events`. */
export class PostgresExporter implements Exporter {
  readonly #openDatabase: typeof openForWriting
  readonly #options: PostgresOptions
  readonly #context: ComponentContext
  readonly #cluster: string
  readonly #setup: Setup
  #opened: Promise<Opened> | undefined

  /** @param open what opens the database */
  constructor(options: PostgresOptions, context: ComponentContext, open = openForWriting) {
    this.#openDatabase = open
    this.#options = options
    this.#context = context
    this.#cluster = clusterName(context.resource)
    this.#setup = new Setup(options, context.log)
  }

  async export({ events }: AuditBatch, signal: AbortSignal): Promise<ExportResult> {
    if (events.length === 0) return ALL_DELIVERED
    try {
      const { database, auditEvents } = await this.#open()
      signal.throwIfAborted()
      await this.#setup.ensure(database, signal)
      await this.#writeChangeEvents(database, events, signal)
      const rejected = (await auditEvents?.write(events, signal)) ?? []
      return { deferred: [], rejected }
    } catch (error) {
      if (error instanceof RetryableError && error.needsOperator) this.#setup.again()
      throw error
    }
  }

  async *setup(dryRun: boolean, signal: AbortSignal): AsyncGenerator<SetupStep> {
    if (!dryRun) {
      const { database } = await this.#open()
      yield* this.#setup.steps(database, dryRun, signal)
    } else if (this.#isUnmade) yield* this.#setup.stepsFromNothing()
    else {
      const database = await this.#openToLook()
      try {
        yield* this.#setup.steps(database, dryRun, signal)
      } finally {
        await database.close()
      }
    }
  }

  async probe(signal: AbortSignal): Promise<Probe> {
    const { events, setup } = this.#options
    const { stateDir } = this.#context
    if (this.#isUnmade)
      return { answered: `the embedded PostgreSQL in ${stateDir} is made at the first start` }
    const database = await this.#openToLook()
    const tables = events === 'all' ? ['change_events', 'audit_events'] : ['change_events']
    return probe(database, tables, setup.enabled, signal).finally(() => database.close())
  }

  async stop(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined)
    this.#opened = undefined
    await opened?.database.close()
  }

  async #writeChangeEvents(database: Database, events: readonly AuditEvent[], signal: AbortSignal) {
    const rows = changeEventRows(events, this.#cluster)
    if (rows !== undefined) await database.query(UPSERT_CHANGE_EVENTS, [rows], signal)
  }

  /** Whether the embedded database is meant, and not made yet. */
  get #isUnmade(): boolean {
    return urlOf(this.#options) === undefined && !hasEmbedded(this.#context.stateDir)
  }

  /** Not for writing: an agent may have the embedded one open. */
  #openToLook(): Promise<Database> {
    return openForReading(this.#options, this.#context.stateDir)
  }

  /** Opens it before the first use, and again when that failed. */
  #open(): Promise<Opened> {
    this.#opened ??= this.#openOnce().catch((error: unknown) => {
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }

  async #openOnce(): Promise<Opened> {
    const { events, retentionDays } = this.#options
    const database = await this.#openDatabase(this.#options, this.#context.stateDir, this.#context.log)
    const auditEvents =
      events === 'all' ? new AuditEventWriter(database, retentionDays, this.#context) : undefined
    return { database, auditEvents }
  }
}
