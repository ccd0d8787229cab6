import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AuditEvent } from '../src/audit/event.ts'
import { EventScanner } from '../src/audit/scan.ts'

/** The real audit logs, one event a line. */
export const SAMPLE_LOGS = [
  'apiserver-v1.36.3-session.jsonl',
  'audit2rbac-demo.jsonl',
  'cluster-logging-operator.jsonl',
  'falco-trace-files.jsonl',
  'immudb-log-audit-k8s-1.25.jsonl',
] as const

/** Path of a sample file. */
export const samplePath = (name: string) => fileURLToPath(new URL(`samples/${name}`, import.meta.url))

/** The lines of a sample log, without their newlines. */
export function sampleLines(name: string): Buffer[] {
  const bytes = readFileSync(samplePath(name))
  const lines: Buffer[] = []
  for (let start = 0, end = bytes.indexOf(10); end >= 0; start = end + 1, end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end))
  }
  return lines
}

/** The events of a sample log, all in one buffer as a receiver reads them. */
export function sampleEvents(name: string): AuditEvent[] {
  const bytes = readFileSync(samplePath(name))
  const scanner = new EventScanner()
  const events: AuditEvent[] = []
  for (let start = 0, end = bytes.indexOf(10); end >= 0; start = end + 1, end = bytes.indexOf(10, start)) {
    const event = scanner.scan(bytes, start, end)
    if (typeof event === 'string') throw new Error(`${name} at ${start}: ${event}`)
    event.source = name
    event.position = start
    events.push(event)
  }
  return events
}
