import type { Connected } from '../../connect.ts'
import { withDeadline } from '../../http/deadline.ts'
import type { Exporter } from '../../pipeline/contracts.ts'
import { describe } from '../../pipeline/health.ts'
import type { Finding } from '../finding.ts'

/** Longest time a backend has to answer, in milliseconds. */
const PATIENCE_MS = 10_000
/** More makes signatures and short-lived tokens fail. Milliseconds. */
const MOST_SKEW = 30_000

/** Whether the backend of each exporter answers and takes the credentials, and what its clock says. @param file the configuration, for commands @param patience in milliseconds */
export async function checkBackends(
  exporters: Connected['exporters'],
  file: string,
  signal: AbortSignal,
  patience = PATIENCE_MS,
): Promise<Finding[]> {
  const findings = [...exporters].map(([id, exporter]) => checkBackend(id, exporter, file, signal, patience))
  return (await Promise.all(findings)).flat()
}

async function checkBackend(
  id: string,
  exporter: Exporter,
  file: string,
  signal: AbortSignal,
  patience: number,
): Promise<Finding[]> {
  if (exporter.probe === undefined) return []
  const repair = `auditship validate --config ${file}   # then the address and credentials of exporters.${id}`
  try {
    const probe = await withDeadline(signal, patience, async deadline => exporter.probe?.(deadline))
    if (probe === undefined) return []
    const { answered, problem, time } = probe
    const clock = time === undefined ? [] : checkClock(id, time)
    if (problem === undefined)
      return [{ check: 'backend', severity: 'ok', message: `${id}: ${answered}` }, ...clock]
    const set = `auditship setup ${id} --config ${file}   # by a user who may`
    return [
      { check: 'backend', severity: 'error', message: `${id}: ${answered}, but ${problem}`, repair: set },
      ...clock,
    ]
  } catch (error) {
    return [{ check: 'backend', severity: 'error', message: `${id}: ${describe(error)}`, repair }]
  } finally {
    await exporter.stop?.()
  }
}

function checkClock(id: string, time: number): Finding[] {
  const ahead = Math.round((Date.now() - time) / 1000)
  const seconds = Math.abs(ahead)
  if (seconds * 1000 <= MOST_SKEW)
    return [
      { check: 'clock', severity: 'ok', message: `this machine and ${id} agree within ${seconds + 1} s` },
    ]
  const message = `this machine is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ${id}, expected ${MOST_SKEW / 1000} s at most`
  return [{ check: 'clock', severity: 'warning', message, repair: 'timedatectl status; chronyc tracking' }]
}
