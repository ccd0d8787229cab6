import { createReadStream } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { EventScanner } from '../../audit/scan.ts'
import { type ByteSource, readRange } from '../../receivers/audit-log/byte-source.ts'
import { GzipFile } from '../../receivers/audit-log/gzip-file.ts'
import { isPattern, nameMatcher } from '../../receivers/audit-log/name-pattern.ts'
import { PlainFile } from '../../receivers/audit-log/plain-file.ts'
import { codeOf } from '../../receivers/audit-log/troubles.ts'
import { receivedAt } from '../received-at.ts'
import { type Bytes, bytesOfFile, bytesOfStream } from './bytes.ts'
import { NEWLINE } from './line-chunks.ts'

/** An open log, and how many bytes of content it has, as far as that can be known; undefined for a stream. */
export interface OpenLog {
  readonly bytes: Bytes
  readonly size: number | undefined
}

/** A file that cannot be read. */
export interface Unreadable {
  readonly path: string
  readonly error: Error
}

/** What there is to read, in order, and what cannot be read. */
export interface OpenLogs {
  readonly logs: readonly OpenLog[]
  readonly unreadable: readonly Unreadable[]
}

/** How much of a file is looked at for its first event. */
const PEEK = 1024 * 1024

/**
 * Opens files: plain, compressed (`.gz`), `-` for stdin, named pipes; a name that there is no file of may be a pattern. They
 * are put in the order of their first events, so that rotated ones come before the live one; streams come last.
 */
export async function openFiles(paths: readonly string[]): Promise<OpenLogs> {
  const files: { readonly log: OpenLog; readonly time: bigint }[] = []
  const streams: OpenLog[] = []
  const unreadable: Unreadable[] = []
  for (const path of new Set((await Promise.all(paths.map(expanded))).flat())) {
    try {
      if (path === '-') streams.push({ bytes: bytesOfStream('stdin', process.stdin), size: undefined })
      else if (await isPipe(path))
        streams.push({ bytes: bytesOfStream(path, createReadStream(path)), size: undefined })
      else {
        const source = await openSource(path)
        files.push({ log: logOf(source), time: await firstTime(source) })
      }
    } catch (error) {
      unreadable.push({ path, error: error instanceof Error ? error : new Error(String(error)) })
    }
  }
  files.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  return { logs: [...files.map(({ log }) => log), ...streams], unreadable }
}

/** Opens a file, uncompressed by its name. */
export const openSource = (path: string): Promise<ByteSource> =>
  path.endsWith('.gz') ? GzipFile.open(path) : PlainFile.open(path)

/** An open file as a log. */
export const logOf = (source: ByteSource): OpenLog => ({
  bytes: bytesOfFile(source),
  size: source.size,
})

async function expanded(path: string): Promise<string[]> {
  if (path === '-' || !isPattern(basename(path)) || (await exists(path))) return [path]
  const matches = nameMatcher(basename(path))
  const names = await readdir(dirname(path)).catch(error => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  const found = names.filter(matches).sort()
  return found.length === 0 ? [path] : found.map(name => join(dirname(path), name))
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

async function isPipe(path: string): Promise<boolean> {
  const stats = await stat(path)
  return stats.isFIFO() || stats.isSocket() || stats.isCharacterDevice()
}

/** When the first event was received; before everything else when there is none. */
async function firstTime(source: ByteSource): Promise<bigint> {
  const start = await readRange(source, 0, PEEK)
  const scanner = new EventScanner()
  for (let at = 0, end = start.indexOf(NEWLINE); end >= 0; at = end + 1, end = start.indexOf(NEWLINE, at)) {
    const event = scanner.scan(start, at, end)
    const time = typeof event === 'string' ? undefined : receivedAt(event)
    if (time !== undefined) return time
  }
  return 0n
}
