import { createReadStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { AuditEvent } from '../audit/event.ts'
import { parseEvent } from '../audit/scan.ts'
import { DEFAULT_BACKOFF } from './backoff.ts'
import { batchOf } from './batch.ts'
import type { Consumer } from './contracts.ts'
import { newCounters } from './counters.ts'
import { type DeadLetter, type DeadLetterRecord, type DeadLetters, refusedLetter } from './dead-letters.ts'
import { type Destination, deliver } from './deliver.ts'

/** Letters sent again at a time. */
const BATCH_EVENTS = 500
/** Bytes of letters sent again at a time; one letter may be larger. */
const BATCH_BYTES = 1024 * 1024

/** What became of the letters. */
export interface ReplayResult {
  readonly delivered: number
  /** Still undeliverable, in the dead-letter file again. */
  readonly kept: number
}

/** Where a pipeline's dead letters go when they are sent again. */
export interface ReplayTarget {
  readonly deadLetters: DeadLetters
  readonly destinations: readonly Destination[]
  /** The whole pipeline, for letters that never reached an exporter. */
  readonly consumer: Consumer
}

/**
 * Sends a pipeline's dead letters again: to the exporter that refused them, or through the whole pipeline.
 * The file is set aside first and removed when every letter is delivered or kept again, so a replay that is
 * interrupted is simply run again; it may then repeat events.
 */
export async function replay(target: ReplayTarget, signal: AbortSignal): Promise<ReplayResult> {
  const { path, written } = target.deadLetters
  const aside = `${path}.replaying`
  let letters = (await exists(aside)) ? await replayFile(aside, target, signal) : 0
  if (await exists(path)) {
    await rename(path, aside)
    letters += await replayFile(aside, target, signal)
  }
  const kept = target.deadLetters.written - written
  return { delivered: letters - kept, kept }
}

async function replayFile(file: string, target: ReplayTarget, signal: AbortSignal): Promise<number> {
  let count = 0
  for await (const letters of batches(file)) {
    await replayBatch(letters, target, signal)
    count += letters.length
  }
  await rm(file)
  return count
}

async function replayBatch(
  letters: readonly Letter[],
  target: ReplayTarget,
  signal: AbortSignal,
): Promise<void> {
  const unreadable = letters.filter(letter => letter.event === undefined)
  await target.deadLetters.write(
    unreadable.map(letter => letter.dead),
    signal,
  )
  for (const exporter of new Set(letters.map(letter => letter.dead.exporter))) {
    const events = letters
      .filter(letter => letter.dead.exporter === exporter)
      .flatMap(letter => letter.event ?? [])
    if (exporter === undefined) await target.consumer(batchOf(events))
    else await replayTo(exporter, events, target, signal)
  }
}

async function replayTo(
  exporter: string,
  events: readonly AuditEvent[],
  { deadLetters, destinations }: ReplayTarget,
  signal: AbortSignal,
): Promise<void> {
  const destination = destinations.find(({ id }) => id === exporter)
  const rejected =
    destination === undefined
      ? events.map(event => ({ event, reason: `the configuration has no exporter ${exporter} any more` }))
      : await deliver(batchOf(events), destination, newCounters(), DEFAULT_BACKOFF, signal)
  await deadLetters.write(
    rejected.map(rejection => refusedLetter(rejection, exporter)),
    signal,
  )
}

interface Letter {
  readonly dead: DeadLetter
  /** Undefined when the letter's bytes are no audit event. */
  readonly event: AuditEvent | undefined
}

async function* batches(file: string): AsyncGenerator<Letter[]> {
  let letters: Letter[] = []
  let bytes = 0
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line === '') continue
    letters.push(letterOf(line, file))
    bytes += line.length
    if (letters.length < BATCH_EVENTS && bytes < BATCH_BYTES) continue
    yield letters
    letters = []
    bytes = 0
  }
  if (letters.length > 0) yield letters
}

function letterOf(line: string, file: string): Letter {
  const record = recordOf(line)
  if (record === undefined) {
    const reason = 'a torn line of the dead-letter file'
    return { dead: { reason, source: file, offset: -1, raw: Buffer.from(line) }, event: undefined }
  }
  const { exporter, reason, source, offset, length } = record
  const raw = Buffer.from(
    record.event ?? record.eventBase64 ?? '',
    record.event === undefined ? 'base64' : 'utf8',
  )
  const dead = {
    ...(exporter !== undefined && { exporter }),
    ...(length !== undefined && { length }),
    reason,
    source,
    offset,
    raw,
  }
  return { dead, event: length === undefined ? eventOf(dead) : undefined }
}

function recordOf(line: string): DeadLetterRecord | undefined {
  try {
    return JSON.parse(line) as DeadLetterRecord
  } catch {
    return undefined
  }
}

function eventOf({ raw, source, offset }: DeadLetter): AuditEvent | undefined {
  try {
    const event = parseEvent(raw)
    event.source = source
    event.position = offset
    return event
  } catch {
    return undefined
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )
