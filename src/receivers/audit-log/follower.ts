import { backoffMs, wait } from '../../pipeline/backoff.ts'
import { describe } from '../../pipeline/health.ts'
import { ContentChanged } from './byte-source.ts'
import { LiveReading } from './follow-live.ts'
import { type FoundFile, openFound } from './found-file.ts'
import type { Look } from './log-folder.ts'
import type { LogReading } from './log-reading.ts'
import { markOfUnreadable } from './mark.ts'
import { marksOf, type Progress } from './progress.ts'
import { readRotated } from './read-rotated.ts'
import type { UnreadFile } from './rotated-examiner.ts'
import { codeOf, troubleWith } from './troubles.ts'

/** A name without a file may stay: a dangling link. */
const MOST_LOOKS = 10
const LONG_MS = 60_000
const RETRY = { initialMs: 250, maxMs: 10_000 }

/**
 * Reads one log: whatever of its files is unread, the oldest first, then the live file, through every rotation.
 * Runs until the signal aborts, with `context.once` until all that is there was handed over.
 * Anything unexpected is reported and tried again.
 * @throws only with `context.once`: when there is nothing to read or it cannot be read
 */
export async function followLog(log: LogReading): Promise<void> {
  const { signal, context, folder } = log
  let failures = 0
  while (!signal.aborted) {
    try {
      if (await readNextFiles(log)) break
      failures = 0
    } catch (error) {
      if (signal.aborted) break
      if (context.once) throw error
      context.log.error(`reading ${folder.live.path} failed, trying again: ${describe(error)}`)
      await wait(backoffMs(failures++, RETRY), signal).catch(() => {})
    }
  }
  log.watch?.close()
  await log.strays.close()
}

/**
 * Reads all rotated files that have something unread, else the live file, else waits for one; true when `context.once` is done
 * or one log of several is gone.
 */
async function readNextFiles(log: LogReading): Promise<boolean> {
  const { once } = log.context
  log.watch?.watch()
  await readStrays(log)
  const look = await lookWhileStill(log)
  publish(log)
  if (look.unread.length > 0) {
    await look.live?.source.close()
    await readAll(log, look.unread)
    return false
  }
  if (look.live !== undefined) return (await readFile(log, look.live)) !== 'changed' && once
  if (look.isDeserted) await log.strays.haveGrown(true)
  if (look.isDeserted && log.progress.isEnded && log.strays.isEmpty) return true
  if (once) await mustHaveRead(log, look)
  else await log.wakeUp.wait(log.pollMs, log.signal)
  return once
}

/** A look during which no file disappeared: one compressed or renamed meanwhile may be the next in turn under its new name. */
async function lookWhileStill({ survey, looking, folder, signal }: LogReading): Promise<Look> {
  while (!(await looking.take(folder, LONG_MS, signal))) signal.throwIfAborted()
  try {
    for (let left = MOST_LOOKS; ; left--) {
      const look = await survey.look()
      if (left === 0 || !look.unreadable.some(({ error }) => codeOf(error) === 'ENOENT')) return look
      await look.live?.source.close()
    }
  } finally {
    looking.give()
  }
}

/** Reads rotated files in their order, up to the first one that is gone or changing: its turn is still the next. */
async function readAll(log: LogReading, files: readonly UnreadFile[]): Promise<void> {
  for (const { file } of files) {
    if (file.compressed) await turnToDecompress(log)
    try {
      const outcome = await readFile(log, await openFound(file, marksOf(log.progress.now)))
      if (outcome !== 'ended') return
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      throw error
    } finally {
      if (file.compressed) log.decompressing.give()
    }
  }
}

/** Reads what was written to files that were deleted or moved away and are still open. */
async function readStrays(log: LogReading): Promise<void> {
  for await (const found of log.strays.grown(() => marksOf(log.progress.now)))
    await readFound(log, found, () => readRotated(log, found))
}

/** Waits for a place. Goes on looking into the folder meanwhile, so that what disappears unread is noticed. */
async function turnToDecompress({
  decompressing,
  survey,
  surveyMs,
  signal,
  folder,
}: LogReading): Promise<void> {
  while (!(await decompressing.take(folder, surveyMs, signal))) {
    signal.throwIfAborted()
    const look = await survey.look()
    await look.live?.source.close()
  }
}

/**
 * What became of a file: rotated away and nothing is left to read in it; to be continued later;
 * or its content is not what it was.
 */
type Outcome = 'ended' | 'left' | 'changed'

/** Reads a file, the live one as long as it is, and closes it. */
async function readFile(log: LogReading, found: FoundFile): Promise<Outcome> {
  const live = found.file.live ? new LiveReading(log, found) : undefined
  try {
    return await readFound(log, found, () => live?.follow() ?? readRotated(log, found))
  } finally {
    await (live ?? found.source).close()
  }
}

/** Reads a file by `read`, which says whether it was read to its end, and keeps account of it. */
async function readFound(log: LogReading, found: FoundFile, read: () => Promise<boolean>): Promise<Outcome> {
  const { progress, context, folder } = log
  context.log.info(`reads ${found.file.path} from byte ${found.cursor.offset}`)
  progress.open(found)
  let outcome: Outcome = 'left'
  try {
    if (await read()) outcome = 'ended'
  } catch (error) {
    if (!(error instanceof ContentChanged)) throw error
    outcome = 'changed'
    context.log.warn(`${error.message}; looking for what was in it in the rotated files`)
  } finally {
    const unreadable = outcome === 'ended' ? markOfUnreadable(found.source, found.file.name) : undefined
    const mark = progress.leave(outcome === 'ended', unreadable)
    if (outcome === 'ended') folder.finished(found, mark)
    publish(log)
  }
  return outcome
}

const published = new WeakSet<Progress>()

/** What was read stands in the checkpoint once everything before it is acknowledged. */
function publish({ acknowledged, progress }: LogReading): void {
  if (published.has(progress.now)) return
  published.add(progress.now)
  acknowledged.begin(progress.now)()
}

/** With `context.once` there is nothing to wait for: a log that cannot be read at all is an error. */
async function mustHaveRead({ folder }: LogReading, { liveError }: Look): Promise<void> {
  if (liveError === undefined || (folder.isOneOfMany && codeOf(liveError) === 'ENOENT')) return
  if (codeOf(liveError) === 'ENOENT' && (await folder.rotated()).length > 0) return
  const { message } = await troubleWith(folder.live.path, liveError)
  throw new Error(message.replace(/^waiting for/, 'nothing to read at'), { cause: liveError })
}
