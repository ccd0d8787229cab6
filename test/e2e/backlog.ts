import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writeCorpus } from '../../bench/corpus/write.ts'

const FILE_BYTES = 20_000_000

/** Rotated files of 20 MB, every tenth of them a `.gz`, and a live one. */
export interface Backlog {
  readonly folder: string
  readonly events: number
  /** Of the events, without their newlines. */
  readonly bytes: number
}

/** Writes a backlog of `files` files. All are alike but for their first event, so that 2 GB take seconds. */
export function writeBacklog(folder: string, files: number): Backlog {
  mkdirSync(folder)
  const block = `${folder}.block`
  const { events, bytes } = writeCorpus(block, FILE_BYTES, 1)
  const rest = readFileSync(block)
  const backlog = { folder, events: 0, bytes: 0 }
  for (let n = 0; n < files; n++) {
    const first = firstEvent(n)
    const content = Buffer.concat([first, rest])
    const isLive = n === files - 1
    const time = new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString().replaceAll(':', '-').slice(0, -1)
    const path = join(folder, isLive ? 'audit.log' : `audit-${time}.log`)
    if (n % 10 === 5 && !isLive) writeFileSync(`${path}.gz`, gzipSync(content, { level: 1 }))
    else writeFileSync(path, content)
    backlog.events += events + 1
    backlog.bytes += bytes - events + first.length - 1
  }
  return backlog
}

function firstEvent(n: number): Buffer {
  return Buffer.from(`{"level":"Metadata","auditID":"file-${n}","stage":"ResponseComplete"}\n`)
}
