import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { LogFolder } from '../../receivers/audit-log/log-folder.ts'
import { LogPlace } from '../../receivers/audit-log/log-place.ts'
import { PlainFile } from '../../receivers/audit-log/plain-file.ts'
import { codeOf, troubleWith } from '../../receivers/audit-log/troubles.ts'
import { type ApiServer, hostPathOf, restartOf } from '../api-server/api-server.ts'
import { lastEvents, timeOf } from '../event-at.ts'
import type { Finding } from '../finding.ts'
import type { Host } from '../host.ts'
import { ago, bytes } from '../words.ts'

/** A cluster at rest makes an event every few seconds, of which most policies record some. Milliseconds. */
const QUIET_MS = 600_000
/** Clocks of one machine agree; an event that is written has happened. Milliseconds. */
const FUTURE_MS = 5_000
const ANY_EVENT = 'kubectl get secrets --namespace default   # any policy should record it'

/** Where a receiver looks for logs. */
export interface LookedFor {
  /** The receiver's id in the configuration; undefined without one. */
  readonly receiver: string | undefined
  /** The configuration, for commands. */
  readonly file: string
  /** Paths on the machine where the live file may be, the likeliest first. */
  readonly paths: readonly string[]
}

/** Whether a receiver looks where the API server writes, and whether there is a log that can be read and grows. */
export async function checkLog(
  host: Host,
  looked: LookedFor,
  server: ApiServer | undefined,
): Promise<Finding[]> {
  const written = server && writtenBy(server)
  const isConfigured = looked.receiver !== undefined
  if (
    isConfigured &&
    server !== undefined &&
    written !== undefined &&
    !looked.paths.some(path => isAt(path, written))
  )
    return [elsewhere(looked, written, server)]
  const place = await firstThere(looked.paths.map(path => new LogPlace(host.logAt(path))))
  const logs = (await place?.logs().catch(() => [])) ?? []
  if (logs.length === 0)
    return [await missing(host.logAt((isConfigured ? written : undefined) ?? looked.paths[0] ?? ''), server)]
  return (await Promise.all(logs.map(log => checkLive(log, server)))).flat()
}

/** As the receiver chooses among several. */
async function firstThere(places: readonly LogPlace[]): Promise<LogPlace | undefined> {
  for (const place of places) if (await place.hasLog()) return place
  return places[0]
}

/** The path on the host where the API server writes; undefined when it does not. */
export function writtenBy(server: ApiServer): string | undefined {
  const path = server.flags.get('audit-log-path')
  return path === undefined || path === '-' ? undefined : hostPathOf(server, path)
}

const isAt = (place: string, path: string) => place === path || new LogPlace(place).logAt(path) !== undefined

function elsewhere(
  { receiver = 'auditLog', file, paths }: LookedFor,
  written: string,
  { source }: ApiServer,
): Finding {
  const message = `${source} has the log written to ${written}, ${receiver} looks for ${paths.join(' or ')}`
  const set = (key: string, value: string) => `--set receivers.${receiver}.${key}=${value}`
  const place = `${set('pathPrefix', dirname(written))} ${set('filename', basename(written))}`
  const repair = `auditship run --config ${file} ${place}   # or the same in the configuration`
  return { check: 'log', severity: 'error', message, repair }
}

async function missing(path: string, server: ApiServer | undefined): Promise<Finding> {
  const hasFolder = await stat(dirname(path)).then(
    () => true,
    () => false,
  )
  const message = `there is no log ${path}${hasFolder ? '' : `, and no folder ${dirname(path)}`}`
  const make = hasFolder ? `ls -la ${dirname(path)}` : `install -d -m 700 ${dirname(path)}`
  const repair = server === undefined ? make : `${make}\n${restartOf(server.distribution)}`
  return { check: 'log', severity: 'error', message, repair }
}

async function checkLive(log: LogFolder, server: ApiServer | undefined): Promise<Finding[]> {
  const { path } = log.live
  const file = await PlainFile.open(path).catch((error: Error) => error)
  if (file instanceof Error) {
    if (codeOf(file) === 'ENOENT') return [await missing(path, server)]
    const { message } = await troubleWith(path, file)
    return [{ check: 'log', severity: 'error', message, repair: `ls -ld ${dirname(path)} ${path}` }]
  }
  try {
    return [...(await checkContent(file)), await checkGrowth(file, log, server)]
  } finally {
    await file.close()
  }
}

/** Whether the last lines are audit events, of a time that has come. */
async function checkContent(file: PlainFile): Promise<Finding[]> {
  const { path, size } = file
  const finding = (severity: Finding['severity'], message: string, repair: string): Finding[] => [
    { check: 'log', severity, message, repair },
  ]
  if (size === 0) return finding('warning', `${path} is empty: nothing was recorded yet`, ANY_EVENT)
  const events = await lastEvents(file)
  if (events === undefined) {
    const said = `${path} can be read, ${bytes(size)}, its last line is too long to look at`
    return [{ check: 'log', severity: 'ok', message: said }]
  }
  const reason = events.find(event => typeof event === 'string')
  if (events.length === 0 || reason !== undefined) {
    const message = `${path} holds lines that are no audit events, among its last ones: ${reason ?? 'no newline'}`
    return finding('error', message, `tail -n 10 ${path} | cut -c -200`)
  }
  const said = `${path} can be read, ${bytes(size)}, its last lines are audit events`
  return [{ check: 'log', severity: 'ok', message: said }, ...checkTime(path, timeOf(events[0] ?? ''))]
}

function checkTime(path: string, last: number | undefined): Finding[] {
  const ahead = (last ?? 0) - Date.now()
  if (ahead < FUTURE_MS) return []
  const message = `the last event of ${path} is ${Math.round(ahead / 1000)} s in the future: the clock was set back`
  return [{ check: 'clock', severity: 'warning', message, repair: 'timedatectl status; chronyc tracking' }]
}

async function checkGrowth(file: PlainFile, log: LogFolder, server: ApiServer | undefined): Promise<Finding> {
  const { path } = file
  const rotated = await log.rotated().catch(() => [])
  // A compressed one is written after its rotation.
  const newest = await newestOf(rotated.filter(({ compressed }) => !compressed).map(({ path: name }) => name))
  const writtenAt = Number(file.stats.mtimeMs)
  const restart = server === undefined ? '' : `\n${restartOf(server.distribution)}`
  const repair = `${ANY_EVENT}\nls -l ${dirname(path)}   # does it grow now?${restart}`
  if (newest !== undefined && newest.at > writtenAt + 1_000) {
    const message = `${newest.path} was written after ${path}: it was renamed, and the API server writes on into it`
    return { check: 'log', severity: 'warning', message, repair }
  }
  const quiet = Date.now() - writtenAt
  if (quiet > QUIET_MS) {
    const message = `${path} does not grow: last written ${ago(quiet)}, expected an event every few minutes`
    return { check: 'log', severity: 'warning', message, repair }
  }
  const said = rotated.length === 0 ? 'no rotated files' : `${rotated.length} rotated file(s)`
  return {
    check: 'log',
    severity: 'ok',
    message: `${path} grows: last written ${ago(quiet)}, ${said} beside it`,
  }
}

async function newestOf(paths: readonly string[]): Promise<{ path: string; at: number } | undefined> {
  const times = await Promise.all(
    paths.map(async path => ({ path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 })),
  )
  return times.sort((a, b) => b.at - a.at)[0]
}
