import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NumberedEvents } from '../scenario/numbered-events.ts'

/** Writes `audit.log` with so many events into a folder, which is made. */
export function writeLogOf(folder: string, events: number): void {
  const source = new NumberedEvents(1)
  mkdirSync(folder, { recursive: true })
  const lines = Array.from({ length: events }, (_, i) => source.line(i + 1))
  writeFileSync(join(folder, 'audit.log'), Buffer.concat(lines))
}
