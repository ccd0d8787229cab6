import type { SetupStep } from '../../pipeline/contracts.ts'
import type { Log } from '../../pipeline/log.ts'
import { AUDIT_EVENTS_COLUMNS } from '../../postgres/audit-events-table.ts'
import { CHANGE_EVENTS_COLUMNS } from '../../postgres/change-events-table.ts'
import type { Database } from '../../postgres/database.ts'
import { firstStep, migrate } from './migrate.ts'
import { AUDIT_EVENTS_MIGRATIONS, CHANGE_EVENTS_MIGRATIONS } from './migrations.ts'
import type { PostgresOptions } from './options.ts'

/** Makes the tables, or what is missing of them. */
export class Setup {
  readonly #options: PostgresOptions
  readonly #log: Log
  #isDone = false
  #running: Promise<void> | undefined
  #said = ''

  constructor(options: PostgresOptions, log: Log) {
    this.#options = options
    this.#log = log
  }

  /** Once before the first event; those who ask at a time share one run. @throws RetryableError when it has to be tried again */
  async ensure(database: Database, signal: AbortSignal): Promise<void> {
    if (this.#isDone || !this.#options.setup.enabled) return
    this.#running ??= this.#run(database, signal).finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  /** Has the next `ensure` look again, after an operator had to act: rights may have come, a table may have gone. */
  again(): void {
    this.#isDone = false
  }

  /** Takes one step after the other; a dry run only looks. */
  async *steps(database: Database, dryRun: boolean, signal: AbortSignal): AsyncGenerator<SetupStep> {
    const names = (columns: readonly { readonly name: string }[]) => columns.map(({ name }) => name)
    yield migrate(database, CHANGE_EVENTS_MIGRATIONS, names(CHANGE_EVENTS_COLUMNS), dryRun, signal)
    if (this.#options.events !== 'all') return
    yield migrate(database, AUDIT_EVENTS_MIGRATIONS, names(AUDIT_EVENTS_COLUMNS), dryRun, signal)
  }

  /** What a dry run says where there is no database yet. */
  stepsFromNothing(): SetupStep[] {
    const isAll = this.#options.events === 'all'
    return [CHANGE_EVENTS_MIGRATIONS, ...(isAll ? [AUDIT_EVENTS_MIGRATIONS] : [])].map(firstStep)
  }

  async #run(database: Database, signal: AbortSignal): Promise<void> {
    const steps: SetupStep[] = []
    for await (const step of this.steps(database, false, signal)) steps.push(step)
    this.#isDone = true
    const outcome = steps.map(({ what, outcome }) => `${what} ${outcome}`).join()
    if (outcome !== this.#said) sayWhatWasDone(steps, this.#log)
    this.#said = outcome
  }
}

function sayWhatWasDone(steps: readonly SetupStep[], log: Log): void {
  for (const { what, outcome } of steps)
    if (outcome === 'created' || outcome === 'updated') log.info(`${outcome} ${what}`)
  const denied = steps.filter(({ outcome }) => outcome === 'forbidden')
  if (denied.length === 0) return
  log.warn(
    `no right to make ${denied.map(({ what }) => what).join(', ')}: an administrator has to run ` +
      `\`auditship setup postgres --config FILE\` once (${denied[0]?.why})`,
  )
}
