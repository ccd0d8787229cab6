import type { AuditEvent } from '../audit/event.ts'
import { type AuditBatch, batchOf } from './batch.ts'

/**
 * The batch without the events for which `rule` names one, and how many each dropped, counted as `id rule`. The same batch
 * when nothing is dropped.
 */
export function withoutDropped(
  batch: AuditBatch,
  id: string,
  rule: (event: AuditEvent) => string | undefined,
): AuditBatch {
  const dropped = new Map<string, number>()
  const kept = batch.events.filter(event => {
    const name = rule(event)
    if (name === undefined) return true
    const counted = `${id} ${name}`
    dropped.set(counted, (dropped.get(counted) ?? 0) + 1)
    return false
  })
  return dropped.size === 0 ? batch : { ...batchOf(kept), dropped }
}

/** Adds counts to those in `totals`. */
export function addCounts(totals: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) totals.set(name, (totals.get(name) ?? 0) + count)
}
