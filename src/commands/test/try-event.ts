import type { AuditEvent } from '../../audit/event.ts'
import type { RunningPipeline } from '../../connect.ts'
import { batchOf } from '../../pipeline/batch.ts'
import type { Processor, Trial } from '../../pipeline/contracts.ts'
import { describe } from '../../pipeline/health.ts'

/** What the processors of a pipeline make of one event. */
export interface Outcome {
  readonly outcome: 'kept' | 'dropped' | 'failed'
  /** What leaves. */
  readonly event: AuditEvent | undefined
  /** Of a dropped event: the rule, as it is counted. */
  readonly droppedBy?: string
  /** Of an event on which a processor failed: it would become a dead letter. */
  readonly reason?: string
  /** What processors did, in their order. */
  readonly notes: readonly string[]
}

const REDACTED = /^redacted (.+?) \(/

/** Paths at which the event was redacted. */
export const redactedPaths = ({ notes }: Outcome) =>
  notes.map(note => REDACTED.exec(note)?.[1]).filter(path => path !== undefined)

/** Passes an event through the processors of a pipeline, without counting it. */
export function tryEvent(event: AuditEvent, processors: RunningPipeline['processors']): Outcome {
  const notes: string[] = []
  let current = event
  for (const { id, processor } of processors) {
    try {
      const trial = tried(processor, id, current)
      notes.push(...trial.notes)
      if (trial.event === undefined)
        return { outcome: 'dropped', event: undefined, droppedBy: trial.droppedBy ?? id, notes }
      current = trial.event
    } catch (error) {
      return { outcome: 'failed', event: undefined, reason: `${id} failed: ${describe(error)}`, notes }
    }
  }
  return { outcome: 'kept', event: current, notes }
}

/** A processor of somebody's own need not have `try`. */
function tried(processor: Processor, id: string, event: AuditEvent): Trial {
  if (processor.try !== undefined) return processor.try(event)
  const [left] = processor.process(batchOf([event])).events
  if (left === undefined) return { event: undefined, notes: [`dropped by ${id}`] }
  return { event: left, notes: left.raw.equals(event.raw) ? [] : [`changed by ${id}`] }
}
