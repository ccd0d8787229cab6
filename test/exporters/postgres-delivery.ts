import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { AuditEvent } from '../../src/audit/event.ts'
import { postgresExporter } from '../../src/exporters/postgres/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import type { ComponentContext, Exporter, SetupStep } from '../../src/pipeline/contracts.ts'
import { contextFor } from './context.ts'

/** A signal that never comes. */
export const NEVER = new AbortController().signal

/** An exporter as an agent has it, and what it says in the agent's log, as `level message`. */
export interface TestExporter {
  readonly exporter: Exporter
  readonly said: string[]
}

/** An exporter to the database of `url`, or to the embedded one of a `stateDir`; stopped after the test. */
export function exporterTo(
  t: TestContext,
  where: { readonly url: string } | { readonly stateDir: string },
  options: object = {},
  context: Partial<ComponentContext> = {},
): TestExporter {
  const said: string[] = []
  const say = (level: string) => (message: string) => void said.push(`${level} ${message}`)
  const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
  const url = 'url' in where ? { url: where.url } : {}
  const parsed = postgresExporter.options.parse({ ...url, ...options })
  const stateDir = 'stateDir' in where ? where.stateDir : ''
  const exporter = postgresExporter.create(parsed, { ...contextFor('postgres', stateDir), log, ...context })
  t.after(() => exporter.stop?.())
  return { exporter, said }
}

/** Has events delivered in one attempt, and fails unless all of them were taken. */
export async function deliver({ exporter }: TestExporter, events: readonly AuditEvent[]): Promise<void> {
  const { deferred, rejected } = await exporter.export(batchOf(events), NEVER)
  assert.deepEqual(
    rejected.map(({ reason }) => reason),
    [],
  )
  assert.deepEqual(deferred, [])
}

/** Runs a set-up to its end. */
export async function setUp({ exporter }: TestExporter, dryRun = false): Promise<SetupStep[]> {
  const steps: SetupStep[] = []
  for await (const step of exporter.setup?.(dryRun, NEVER) ?? []) steps.push(step)
  return steps
}

/** The outcomes of steps by what they are about. */
export const outcomes = (steps: readonly SetupStep[]) =>
  Object.fromEntries(steps.map(({ what, outcome }) => [what, outcome]))
