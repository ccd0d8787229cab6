import { type ApiServer, filesOf, restartOf } from '../api-server/api-server.ts'
import type { Finding } from '../finding.ts'

/** Lumberjack's default when `audit-log-maxsize` is not set, in MB. */
const DEFAULT_MAXSIZE = 100
/** Less is soon rotated away while a backend is down, in MB. */
const LITTLE = 200

const LIMITS = ['audit-log-maxsize', 'audit-log-maxbackup', 'audit-log-maxage'] as const

/** How the API server rotates the log, which is how much of an outage it outlasts. */
export function checkRotation(server: ApiServer): Finding[] {
  const { source, flags, distribution } = server
  if (!flags.get('audit-log-path')) return []
  const wrong = LIMITS.filter(flag => !isCount(flags.get(flag) ?? '0'))
  if (wrong.length > 0) return wrong.map(flag => notACount(server, flag))
  const limit = (flag: (typeof LIMITS)[number]) => Number(flags.get(flag) ?? 0)
  const size = limit('audit-log-maxsize') || DEFAULT_MAXSIZE
  const backups = limit('audit-log-maxbackup')
  const age = limit('audit-log-maxage')
  const repair = `auditship init --provider ${distribution} --exporter otlp   # writes these settings: put them into ${filesOf(server)}\n${restartOf(distribution)}`
  if (backups === 0 && age === 0) {
    const message = `${source} sets neither audit-log-maxbackup nor audit-log-maxage: API servers up to 1.35 then keep every backup until the disk is full`
    return [{ check: 'rotation', severity: 'warning', message, repair }]
  }
  const days = age === 0 ? '' : `, for ${age} days`
  if (backups === 0)
    return [{ check: 'rotation', severity: 'ok', message: `at ${size} MB, all backups are kept${days}` }]
  const kept = `at ${size} MB, ${backups} backups are kept${days}: ${(size * (backups + 1)).toLocaleString('en-US')} MB at most`
  if (size * backups >= LITTLE) return [{ check: 'rotation', severity: 'ok', message: kept }]
  const message = `${kept}. What is rotated away while the backend is down is lost; expected ${LITTLE} MB of backups or more`
  return [{ check: 'rotation', severity: 'warning', message, repair }]
}

const isCount = (value: string) => /^\+?\d+$/.test(value)

/** The API server does not start with it. */
function notACount(server: ApiServer, flag: string): Finding {
  const found = server.flags.get(flag)
  const message = `${server.source}: ${flag} is ${found}, expected a whole number of 0 or more`
  const repair = `$EDITOR ${filesOf(server)}   # ${flag}\n${restartOf(server.distribution)}`
  return { check: 'rotation', severity: 'error', message, repair }
}
