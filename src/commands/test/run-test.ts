import { isDeepStrictEqual } from 'node:util'
import { type AttributeDefinition, attributesOf } from '../../audit/attributes.ts'
import type { AuditEvent } from '../../audit/event.ts'
import type { ConfigTest } from '../../config/tests.ts'
import type { RunningPipeline } from '../../connect.ts'
import { type Outcome, redactedPaths, tryEvent } from './try-event.ts'

/** Something that is not as a test expects it. */
export interface Difference {
  /** Which event, when there are several: `event 2`, `events.jsonl:7`. */
  readonly event: string
  /** `kept`, `droppedBy`, `redacted` or an attribute's name. */
  readonly of: string
  readonly expected: unknown
  readonly found: unknown
}

/** Runs a test on its events, each with the place it is named by; empty when all is as expected. */
export function runTest(
  { expect }: ConfigTest,
  events: readonly (readonly [place: string, event: AuditEvent])[],
  processors: RunningPipeline['processors'],
  attributes: readonly AttributeDefinition[],
): Difference[] {
  return events.flatMap(([place, event]) => {
    const outcome = tryEvent(event, processors)
    const rows = [...outcomeRows(expect, outcome), ...attributeRows(expect, outcome, attributes)]
    return rows
      .filter(({ expected, found }) => !isDeepStrictEqual(expected, found))
      .map(row => ({ event: place, ...row }))
  })
}

type Row = Omit<Difference, 'event'>

function outcomeRows({ kept, droppedBy, redacted }: ConfigTest['expect'], outcome: Outcome): Row[] {
  const rows: Row[] = []
  const became = describeOutcome(outcome)
  if (kept !== undefined && kept !== (outcome.outcome === 'kept'))
    rows.push({ of: 'kept', expected: kept ? 'kept' : 'dropped', found: became })
  if (droppedBy !== undefined && droppedBy !== outcome.droppedBy)
    rows.push({ of: 'droppedBy', expected: `dropped by ${droppedBy}`, found: became })
  if (redacted !== undefined)
    rows.push({ of: 'redacted', expected: redacted.toSorted(), found: redactedPaths(outcome).toSorted() })
  return rows
}

function attributeRows(
  { attributes: expected = {} }: ConfigTest['expect'],
  outcome: Outcome,
  written: readonly AttributeDefinition[],
): Row[] {
  const names = Object.entries(expected)
  if (names.length > 0 && outcome.event === undefined)
    return [{ of: 'attributes', expected: 'an event with attributes', found: describeOutcome(outcome) }]
  const values = outcome.event === undefined ? {} : attributesOf(outcome.event, written)
  return names.map(([name, value]) => ({
    of: name,
    expected: value,
    found: values[name] ?? values[`k8s.auditlog.${name}`] ?? null,
  }))
}

/** In words: `kept`, `dropped by filter noise/leases`. */
export function describeOutcome({ outcome, droppedBy, reason }: Outcome): string {
  if (outcome === 'dropped') return `dropped by ${droppedBy}`
  return outcome === 'failed' ? `${reason}: it would become a dead letter` : 'kept'
}
