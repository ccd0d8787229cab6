import { accessOf, isRefused } from './interactive.ts'
import type { RawBody, RawEvent } from './raw-event.ts'

/** A request for interactive access: its events, whichever stages were logged. */
export type Session = readonly RawEvent[]

/** The events of interactive access by request. */
export function sessionsOf(events: readonly RawEvent[]): Session[] {
  return Object.values(Object.groupBy(events.filter(accessOf), requestKey)).map(session => session ?? [])
}

const requestKey = (event: RawEvent) =>
  JSON.stringify([event.auditID, event.requestReceivedTimestamp, event.user?.username, event.requestURI])

/** Names a session as its document in `change_events` is named by `documentKey`. */
export function sessionKey([event]: Session): string {
  return JSON.stringify([event?.auditID, event?.requestReceivedTimestamp, event?.user?.username ?? ''])
}

/** Whether a session answers a question, computed from the lines of the log. */
export const SESSION_GUIDE: Readonly<Record<string, (session: Session) => boolean>> = {
  sessions: session => session.some(event => accessOf(event)?.kind === 'session'),
  'sessions-refused': session => session.some(isRefused),
  'sessions-open': session => isAllowed(session) && endOf(session) === undefined,
  'sessions-long': session => lengthInMs(session) >= 3_600_000,
  'sessions-terminal': session => isSet(session, 'stdin') && isSet(session, 'tty'),
  'sessions-one-user': session =>
    session.some(event => [event.user?.username, event.impersonatedUser?.username].includes('bob')),
  'sessions-one-pod': session =>
    session.map(accessOf).some(access => access?.namespace === 'payments' && access.pod === 'ledger-db'),
  'sessions-command': session => commandOf(session).some(argument => argument.includes('/etc/')),
}

function isAllowed(session: Session): boolean {
  return session.some(event => event.responseStatus?.code !== undefined) && !session.some(isRefused)
}

const endOf = (session: Session) =>
  session.find(event => event.stage === 'ResponseComplete' || event.stage === 'Panic')

function lengthInMs(session: Session): number {
  const end = endOf(session)
  return Date.parse(end?.stageTimestamp ?? '') - Date.parse(end?.requestReceivedTimestamp ?? '')
}

function parametersOf([event]: Session): URLSearchParams {
  return new URLSearchParams((event?.requestURI ?? '').split('?')[1] ?? '')
}

/** A boolean as the API server reads it from the URI, else what the debug container asks for. */
function isSet(session: Session, name: 'stdin' | 'tty'): boolean {
  const parameters = parametersOf(session)
  const value = parameters.get(name) ?? (name === 'stdin' ? parameters.get('input') : null)
  if (value !== null) return !/^(0|false)$/i.test(value)
  return debugContainerOf(session)?.[name] === true
}

function commandOf(session: Session): readonly string[] {
  const parameters = parametersOf(session)
  const given = [...parameters.getAll('command'), ...(parameters.get('cmd')?.split(' ') ?? [])]
  return given.length > 0 ? given : (debugContainerOf(session)?.command ?? [])
}

function debugContainerOf(session: Session) {
  const bodies = session.map(event => event.requestObject as RawBody | undefined)
  return bodies.flatMap(body => body?.spec?.ephemeralContainers ?? []).at(-1)
}
