import { basename, dirname } from 'node:path'
import type { AuditEvent } from '../../audit/event.ts'
import type { ComponentContext, Receiver } from '../../pipeline/contracts.ts'
import { newCounters } from '../../pipeline/counters.ts'
import type { Log } from '../../pipeline/log.ts'
import { auditLogReceiver } from '../../receivers/audit-log/index.ts'
import { isPattern, patternOf } from '../../receivers/audit-log/name-pattern.ts'
import { auditLogOptions } from '../../receivers/audit-log/options.ts'
import type { PlaceOptions } from '../../receivers/audit-log/provider-presets.ts'

/** The place of a log file; a name that has a `*` or the like in it means all that fit. */
export function placeOf(path: string, isThere: boolean): PlaceOptions {
  const name = basename(path)
  return { pathPrefix: dirname(path), filename: isPattern(name) && !isThere ? name : patternOf(name) }
}

/** Follows logs through rotations until the signal aborts, and hands over their events, one after the other. Keeps no checkpoint. */
export async function followLogs(
  places: readonly PlaceOptions[],
  startAt: 'beginning' | 'end',
  found: (event: AuditEvent) => Promise<void>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const receivers: Receiver[] = places.map(place =>
    auditLogReceiver.create(
      auditLogOptions.parse({ ...place, startAt, checkpoint: false, maxInFlight: 1 }),
      contextFor(log),
    ),
  )
  const stopped = new Promise<void>(resolve =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  try {
    for (const receiver of receivers)
      await receiver.start(async ({ events }) => {
        for (const event of events) await found(event)
      })
    const failed = Promise.all(receivers.map(({ done }) => done))
    await (signal.aborted ? undefined : Promise.race([stopped, failed]))
  } finally {
    await Promise.all(receivers.map(receiver => receiver.stop()))
  }
}

function contextFor(log: Log): ComponentContext {
  return {
    id: 'auditLog',
    pipeline: 'query',
    stateDir: '',
    log,
    problems: new Set(),
    counters: newCounters(),
    attributes: [],
    resource: {},
    once: false,
  }
}
