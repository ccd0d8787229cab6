import { dirname } from 'node:path'
import { type ApiServer, filesOf, hostPathOf, mountingOf, restartOf } from '../api-server/api-server.ts'
import type { Flags } from '../api-server/flags.ts'
import type { Finding } from '../finding.ts'

const NEEDED = ['audit-policy-file', 'audit-log-path'] as const

/** Whether the API server is told to write an audit log that can be followed. @param running flags of the process, if it is seen */
export function checkAuditing(server: ApiServer, running: Flags | undefined): Finding[] {
  const { source, flags, distribution } = server
  const stale = staleManifest(server)
  if (stale.length > 0) return stale
  const missing = NEEDED.filter(flag => !flags.get(flag))
  if (missing.length > 0) {
    const isHook = flags.has('audit-webhook-config-file') && !missing.includes('audit-policy-file')
    const what = isHook ? 'events go to a webhook only, not into a log' : 'auditing is off'
    const message = `${what}: ${source} does not set ${missing.join(' and ')}`
    const repair = `auditship init --provider ${distribution} --exporter otlp   # writes both, and says where they belong`
    return [{ check: 'auditing', severity: 'error', message, repair }]
  }
  const problems = [...outputProblems(server), ...staleProcess(server, running)]
  if (problems.length > 0) return problems
  const path = flags.get('audit-log-path')
  return [{ check: 'auditing', severity: 'ok', message: `on: ${source} has the log written to ${path}` }]
}

function outputProblems(server: ApiServer): Finding[] {
  const { source, flags, distribution } = server
  const problem = (severity: Finding['severity'], message: string, edit: string): Finding => ({
    check: 'auditing',
    severity,
    message: `${source}: ${message}`,
    repair: `${edit}\n${restartOf(distribution)}`,
  })
  const path = flags.get('audit-log-path') ?? ''
  const problems: Finding[] = []
  const set = (flag: string) => `$EDITOR ${filesOf(server)}   # ${flag}`
  if (path === '-') {
    const message = 'audit-log-path is -, which is stdout; expected the path of a file'
    problems.push(problem('error', message, set('audit-log-path=/var/log/kubernetes/audit/audit.log')))
  } else if (hostPathOf(server, path) === undefined) {
    const message = `audit-log-path ${path} is in no hostPath volume, so the log stays in the container`
    problems.push(problem('error', message, set(mountingOf(server, dirname(path), 'Directory'))))
  }
  if (flags.get('audit-log-format') === 'legacy') {
    const message = 'audit-log-format is legacy, which is no JSON; expected json'
    problems.push(problem('error', message, set('without audit-log-format')))
  }
  if (flags.get('audit-log-mode') === 'batch') {
    const message =
      'audit-log-mode is batch, by which the API server drops events when it has too many at a time; expected blocking'
    problems.push(problem('warning', message, set('without audit-log-mode')))
  }
  return problems
}

/** RKE2 makes the manifest when it starts: until then it has nothing of what was configured since. */
function staleManifest({ source, files, flags, nextFlags, distribution }: ApiServer): Finding[] {
  const differs = NEEDED.find(flag => nextFlags?.get(flag) && nextFlags.get(flag) !== flags.get(flag))
  if (differs === undefined) return []
  const message = `${source} has ${differs} ${flags.get(differs) ?? 'nothing'}, ${files.join(', ')} says ${nextFlags?.get(differs)}: it was not started again since`
  return [{ check: 'auditing', severity: 'error', message, repair: restartOf(distribution) }]
}

/** A process that was not started again since the file was changed. */
function staleProcess({ source, flags, distribution }: ApiServer, running: Flags | undefined): Finding[] {
  const differs = running && NEEDED.find(flag => running.get(flag) !== flags.get(flag))
  if (differs === undefined) return []
  const found = running?.get(differs) ?? 'nothing'
  const message = `kube-apiserver runs with ${differs} ${found}, ${source} says ${flags.get(differs)}: it was not started again since`
  return [{ check: 'auditing', severity: 'error', message, repair: restartOf(distribution) }]
}
