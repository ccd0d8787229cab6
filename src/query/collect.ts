import { type ChangeEvent, changeEvent, mergeChangeEvents } from '../audit/change-event.ts'
import type { AuditEvent } from '../audit/event.ts'
import { parseTimestampText } from '../audit/time.ts'
import { receivedAt } from './received-at.ts'
import { requestKey, requestRow } from './request-row.ts'
import { inOrder, type Row, type TimedRow } from './row.ts'
import { sessionRow } from './session-row.ts'
import { isFinal, stageOrder } from './stage.ts'

/** Makes the answer of the events that meet the condition of a question. */
export interface Collector {
  /** Takes what it needs of the event: its bytes are overwritten later. */
  add(event: AuditEvent): void
  /** The answer. */
  rows(): Row[]
}

/** Rows of one event: of a request, or of a session at that stage. */
export type RowOf = (event: AuditEvent) => Row

/** One row for each request, of the last of its events: it knows most. The oldest request comes first. */
export function requests(rowOf: RowOf = requestRow): Collector {
  const found = new Map<string, TimedRow & { readonly stage: number }>()
  return {
    add(event) {
      const key = requestKey(event)
      const stage = stageOrder(event)
      const before = found.get(key)
      if (before !== undefined && before.stage > stage) return
      found.set(key, { row: rowOf(event), time: receivedAt(event), stage })
    },
    rows: () => inOrder([...found.values()]),
  }
}

/** One row for each request for interactive access, of what all its events know together. */
export function sessions(): Collector {
  const found = new Map<string, ChangeEvent>()
  return {
    add(event) {
      const session = changeEvent(event, { cluster: '' })
      if (session === undefined) return
      const before = found.get(session.id)
      found.set(session.id, before === undefined ? session : mergeChangeEvents(before, session))
    },
    rows: () =>
      inOrder(
        [...found.values()].map(session => ({
          row: sessionRow(session),
          time: parseTimestampText(session.timestamp ?? ''),
        })),
      ),
  }
}

/** A session as one of its events knows it. */
export const sessionRowOf: RowOf = event => {
  const session = changeEvent(event, { cluster: '' })
  return session === undefined ? {} : sessionRow(session)
}

/** Counts requests, whatever the number of their events. */
export interface Summary {
  /** Counts a request by its last event: its user and code are known then. */
  count(event: AuditEvent): void
  rows(): Row[]
}

/**
 * Hands each request over once, at its last event. One that has none (a refused authentication, a session that lasts)
 * is kept as the lines that it left, and handed over in the end.
 */
export function eachRequestOnce(summary: Summary, parse: (line: Buffer) => AuditEvent): Collector {
  const unfinished = new Map<string, Buffer>()
  return {
    add(event) {
      if (!isFinal(event)) unfinished.set(requestKey(event), Buffer.from(event.raw))
      else {
        if (unfinished.size > 0) unfinished.delete(requestKey(event))
        summary.count(event)
      }
    },
    rows() {
      for (const line of unfinished.values()) summary.count(parse(line))
      unfinished.clear()
      return summary.rows()
    },
  }
}
