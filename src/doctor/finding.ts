/** How bad it is. `unknown`: it could not be looked at from here. */
export type Severity = 'ok' | 'unknown' | 'warning' | 'error'

/** What was looked at. */
export type Check =
  | 'configuration'
  | 'auditing'
  | 'policy'
  | 'rotation'
  | 'log'
  | 'agent'
  | 'progress'
  | 'deadLetters'
  | 'backend'
  | 'clock'

/** One thing that was looked at. */
export interface Finding {
  readonly check: Check
  readonly severity: Severity
  /** What was found, and where; of what is wrong also what was expected. */
  readonly message: string
  /** Commands for a shell that repair it, or find out more, one a line. */
  readonly repair?: string
}

/** The worst severity among findings, of which `unknown` is no bad one. */
export function worst(findings: readonly Finding[]): 'ok' | 'warning' | 'error' {
  const has = (severity: Severity) => findings.some(finding => finding.severity === severity)
  if (has('error')) return 'error'
  return has('warning') ? 'warning' : 'ok'
}
