import { closeSync, openSync, writeSync } from 'node:fs'
import type { EventClass } from './events.ts'
import { corpusLines } from './lines.ts'

/** What a corpus holds. */
export interface CorpusCounts {
  /** Size of the file, newlines included. */
  bytes: number
  events: number
  /** Events and bytes of each class. */
  classes: Record<EventClass, { events: number; bytes: number }>
}

const WRITE_BYTES = 4 << 20

/** Writes lines to `file` until it has at least `bytes` bytes. */
export function writeCorpus(file: string, bytes: number, seed: number): CorpusCounts {
  const none = () => ({ events: 0, bytes: 0 })
  const classes = { metadata: none(), exec: none(), request: none(), requestResponse: none() }
  const counts: CorpusCounts = { bytes: 0, events: 0, classes }
  const descriptor = openSync(file, 'w')
  let pending = ''
  for (const { kind, text } of corpusLines(seed)) {
    const length = Buffer.byteLength(text) + 1
    counts.bytes += length
    counts.events++
    classes[kind].bytes += length
    classes[kind].events++
    pending += `${text}\n`
    const full = counts.bytes >= bytes
    if (!full && pending.length < WRITE_BYTES) continue
    writeAll(descriptor, Buffer.from(pending))
    pending = ''
    if (full) break
  }
  closeSync(descriptor)
  return counts
}

function writeAll(descriptor: number, data: Buffer): void {
  for (let written = 0; written < data.length; ) written += writeSync(descriptor, data, written)
}
