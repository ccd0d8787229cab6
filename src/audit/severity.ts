import type { AuditEvent } from './event.ts'
import { FIELD } from './fields.ts'

/** OpenTelemetry severity of an audit event. https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
export interface Severity {
  readonly number: 9 | 13 | 17
  readonly text: 'INFO' | 'WARN' | 'ERROR'
}

export const INFO: Severity = { number: 9, text: 'INFO' }
export const WARN: Severity = { number: 13, text: 'WARN' }
export const ERROR: Severity = { number: 17, text: 'ERROR' }

/** ERROR when the API server failed (5xx, a panic), WARN when access was refused (401, 403, decision forbid), else INFO. */
export function severity(event: AuditEvent): Severity {
  const code = event.integer(FIELD.responseCode)
  if (code !== undefined && code >= 500) return ERROR
  if (event.textIs(FIELD.stage, 'Panic')) return ERROR
  if (code === 401 || code === 403) return WARN
  return event.textIs(FIELD.decision, 'forbid') ? WARN : INFO
}
