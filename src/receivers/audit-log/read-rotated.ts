import { stat } from 'node:fs/promises'
import { wait } from '../../pipeline/backoff.ts'
import type { ByteSource } from './byte-source.ts'
import { GzipFile } from './gzip-file.ts'
import type { FoundFile } from './log-folder.ts'
import type { LogReading } from './log-reading.ts'
import { readOn } from './read-on.ts'
import { codeOf } from './troubles.ts'

/** How long a compressed file that is not complete may stay unchanged before it counts as damaged, in milliseconds. */
const COMPRESSING_MS = 10_000
/** Deflate cannot shrink further: https://zlib.net/zlib_tech.html */
const MOST_SHRUNK = 1032

/**
 * Reads a file that was rotated away. True when it was read to its end or the rest of it cannot be read;
 * false when it is still changing.
 */
export async function readRotated(log: LogReading, found: FoundFile): Promise<boolean> {
  try {
    await readOn(log, found.source, false)
    const damage = await found.source.whyNoEnd()
    if (damage === undefined) await untilWritten(log, found.source)
    else if (isIncomplete(damage) && (await isStillChanging(log, found))) return false
    else reportDamage(log, found, damage)
    await readOn(log, found.source, true)
  } catch (error) {
    // A bad sector or damaged compression here must not keep the rest of the log from being read; all else may pass.
    if (log.signal.aborted || !(error instanceof Error) || !/^(EIO|Z_.*)$/.test(codeOf(error) ?? ''))
      throw error
    reportDamage(log, found, error)
  }
  return true
}

/** When the last line has no newline, gives a writer that is just writing it the time to finish. */
export async function untilWritten(log: LogReading, source: ByteSource): Promise<void> {
  const offset = log.progress.now.open?.cursor.offset ?? 0
  if (source instanceof GzipFile || (await source.available(offset, Number.POSITIVE_INFINITY)) === 0) return
  await wait(log.pollMs, log.signal)
  await readOn(log, source, false)
}

/** Whether it is no damage when the file is still being written. */
function isIncomplete(damage: Error): boolean {
  return codeOf(damage) === 'Z_BUF_ERROR'
}

/** Waits while a compressed file may still be being written; true as soon as it has changed. */
async function isStillChanging({ pollMs, signal }: LogReading, { source }: FoundFile): Promise<boolean> {
  const { size, mtimeMs } = source.stats
  // When the clock was set back the file is from the future.
  const age = Math.max(0, Date.now() - Number(mtimeMs))
  const deadline = performance.now() + COMPRESSING_MS - age
  while (performance.now() < deadline) {
    await wait(pollMs, signal)
    const now = await stat(source.path).catch(() => undefined)
    if (now?.size !== Number(size)) return true
  }
  return false
}

function reportDamage(log: LogReading, { source }: FoundFile, damage: Error): void {
  const offset = log.progress.now.open?.cursor.offset ?? 0
  const { size, stats } = source
  // The last bytes say how many there should be, unless the end is missing.
  const isPlausible = !isIncomplete(damage) && size > offset && size < Number(stats.size) * MOST_SHRUNK
  const lost = isPlausible ? size - offset : 1
  log.context.counters.bytesLost += lost
  log.context.log.error(
    `${source.path} is damaged after byte ${offset}: ${damage.message}. At least ${lost} ${lost === 1 ? 'byte is' : 'bytes are'} lost; reading goes on with the next file`,
    { file: source.path, offset, bytesLost: lost },
  )
}
