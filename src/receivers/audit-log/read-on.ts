import type { ByteSource } from './byte-source.ts'
import { Cursor } from './cursor.ts'
import type { LogReading } from './log-reading.ts'

/**
 * Reads the open file from where `progress` stands and hands it over, batch by batch, until nothing is left.
 * With `isFinal` a last line without newline is taken too.
 * @throws the signal's reason when it aborts; ContentChanged
 */
export async function readOn(log: LogReading, source: ByteSource, isFinal: boolean): Promise<void> {
  while (await readBatch(log, source, isFinal));
}

async function readBatch(log: LogReading, source: ByteSource, isFinal: boolean): Promise<boolean> {
  const { progress, handOver, signal } = log
  const { counters } = log.context
  await reservePlace(log, source)
  let isHanded = false
  try {
    const before = progress.now.open?.cursor ?? Cursor.START
    const read = await log.reader.read(source, before, isFinal)
    signal.throwIfAborted()
    if (read === undefined) return false
    const { batch, cursor, hole, release } = read
    if (hole !== undefined) reportHole(log, source, hole)
    const lines = batch.events.length + batch.malformed.length
    progress.advance(cursor, source.size)
    counters.bytesRead += cursor.offset - before.offset
    counters.read += lines
    const isAcknowledged = log.acknowledged.begin(progress.now)
    const acknowledge = () => {
      release()
      isAcknowledged()
    }
    isHanded = lines > 0
    if (isHanded) handOver.pass(batch, acknowledge)
    else acknowledge()
    return true
  } finally {
    if (!isHanded) handOver.release()
  }
}

/** Waits for a free place. Goes on looking meanwhile, so that what disappears unread is noticed. @throws ContentChanged */
async function reservePlace(log: LogReading, source: ByteSource): Promise<void> {
  const { handOver, survey, surveyMs, signal } = log
  do {
    signal.throwIfAborted()
    if (survey.age <= surveyMs) continue
    await noteSize(log, source)
    await survey.glance(source)
  } while (!(await handOver.reserve(surveyMs, signal)))
}

/** Takes note of how much there is in the open file: it may be truncated before it is read. @throws ContentChanged when it was */
async function noteSize({ progress }: LogReading, source: ByteSource): Promise<void> {
  const { offset } = progress.now.open?.cursor ?? Cursor.START
  await source.available(offset, Number.POSITIVE_INFINITY)
  progress.noteSize(source.size)
}

function reportHole({ context }: LogReading, { path }: ByteSource, offset: number): void {
  context.log.warn(
    `${path} holds NUL bytes from byte ${offset} on, which were skipped: a rotation by copytruncate leaves them when the ` +
      'writer does not append (O_APPEND), or a power failure',
    { file: path, offset },
  )
}
