import { stat } from 'node:fs/promises'
import { wait } from '../../pipeline/backoff.ts'
import { countGap } from '../../pipeline/counters.ts'
import type { ByteSource } from './byte-source.ts'
import type { FoundFile } from './found-file.ts'
import { GzipFile } from './gzip-file.ts'
import type { LogReading } from './log-reading.ts'
import { readOn } from './read-on.ts'
import { codeOf } from './troubles.ts'

/** How long a compressed file that is not complete may stay unchanged before it counts as damaged, in milliseconds. */
const COMPRESSING_MS = 10_000

/** For so many looks a rotated file with a torn last line must not change before that is taken as it is. */
const QUIET_POLLS = 4

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
    else await reportDamage(log, found, damage)
    await readOn(log, found.source, true)
    reportGarbage(log, found)
  } catch (error) {
    // A bad sector or damaged compression here must not keep the rest of the log from being read; all else may pass.
    if (log.signal.aborted || !(error instanceof Error) || !/^(EIO|Z_.*)$/.test(codeOf(error) ?? ''))
      throw error
    await reportDamage(log, found, error)
  }
  return true
}

/** When the last line has no newline, gives a writer or copier that is just writing it the time to finish. */
export async function untilWritten(log: LogReading, source: ByteSource): Promise<void> {
  const { progress, pollMs, signal } = log
  const offset = () => progress.now.open?.cursor.offset ?? 0
  if (source instanceof GzipFile) return
  let left = await source.available(offset(), Number.POSITIVE_INFINITY)
  for (let quietPolls = 0; left > 0 && quietPolls < QUIET_POLLS; quietPolls++) {
    await wait(pollMs, signal)
    await readOn(log, source, false)
    const now = await source.available(offset(), Number.POSITIVE_INFINITY)
    if (now !== left) quietPolls = 0
    left = now
  }
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

async function reportDamage(log: LogReading, found: FoundFile, damage: Error): Promise<void> {
  const { source } = found
  const offset = log.progress.now.open?.cursor.offset ?? 0
  // The last bytes say how many there should be, unless the end is missing.
  const isEndThere = source instanceof GzipFile && !isIncomplete(damage)
  const lost = (isEndThere ? await source.lostAfter(offset) : undefined) ?? 1
  reportLoss(log, found, damage.message, lost)
}

/** Complete content with something behind it that is not compressed: gzip itself leaves it alone, too. */
function reportGarbage(log: LogReading, found: FoundFile): void {
  if (!(found.source instanceof GzipFile) || found.source.garbage === 0) return
  const { garbage } = found.source
  reportLoss(log, found, 'what follows is not compressed, though gzip may call the file good', garbage)
}

function reportLoss(
  { progress, context }: LogReading,
  { source }: FoundFile,
  why: string,
  lost: number,
): void {
  const offset = progress.now.open?.cursor.offset ?? 0
  countGap(context.counters, lost)
  context.log.error(
    `${source.path} is damaged after byte ${offset}: ${why}. At least ${lost} ${lost === 1 ? 'byte is' : 'bytes are'} lost; reading goes on with the next file`,
    { file: source.path, offset, bytesLost: lost },
  )
}
