import { createReadStream } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { AuditEvent } from '../audit/event.ts'
import { DEFAULT_BACKOFF } from './backoff.ts'
import { batchOf } from './batch.ts'
import { byteLines } from './byte-lines.ts'
import type { Consumer, Processor } from './contracts.ts'
import { type Counters, newCounters } from './counters.ts'
import { refusedLetter } from './dead-letter.ts'
import { type Letter, readLetter } from './dead-letter-line.ts'
import type { DeadLetters } from './dead-letters.ts'
import { type Destination, deliver } from './deliver.ts'
import { process, withheld } from './pipeline.ts'

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
  readonly processors: readonly { readonly processor: Processor }[]
  /** Of the consumer. */
  readonly counters: Readonly<Counters>
  /** The whole pipeline, for letters that never reached an exporter. */
  readonly consumer: Consumer
}

/**
 * Sends a pipeline's dead letters again: to the exporter that refused them, or through the whole pipeline.
 * The file is set aside first and removed when every letter is delivered or kept again, so a replay that is
 * interrupted is simply run again; it may then repeat events.
 */
export async function replay(target: ReplayTarget, signal: AbortSignal): Promise<ReplayResult> {
  const total = { delivered: 0, kept: 0 }
  for (const file of await setAside(target.deadLetters.path)) {
    for await (const letters of batches(file)) {
      const kept = await replayBatch(letters, target, signal)
      total.kept += kept
      total.delivered += letters.length - kept
    }
    await rm(file)
  }
  return total
}

/** Renames the dead-letter file, so that letters that are kept again go into a new one. Those of an interrupted replay come first. */
async function setAside(path: string): Promise<string[]> {
  const prefix = `${basename(path)}.replaying-`
  const exists = (await stat(path).catch(() => undefined)) !== undefined
  if (exists) await rename(path, `${path}.replaying-${Date.now()}`)
  const names = await readdir(dirname(path)).catch(() => [])
  const aside = names.filter(name => name.startsWith(prefix)).toSorted()
  return aside.map(name => join(dirname(path), name))
}

/** Resolves to how many of the letters are kept. */
async function replayBatch(
  letters: readonly Letter[],
  target: ReplayTarget,
  signal: AbortSignal,
): Promise<number> {
  const unreadable = letters.filter(letter => letter.event === undefined)
  const hiding = processorsThatHide(target)
  await target.deadLetters.write(
    unreadable.map(({ dead }) => withheld(dead, hiding)),
    signal,
  )
  let kept = unreadable.length
  for (const exporter of new Set(letters.map(letter => letter.dead.exporter))) {
    const events = letters
      .filter(letter => letter.dead.exporter === exporter)
      .flatMap(letter => letter.event ?? [])
    kept += await (exporter === undefined
      ? replayThrough(events, target)
      : replayTo(exporter, events, target, signal))
  }
  return kept
}

async function replayThrough(
  events: readonly AuditEvent[],
  { consumer, counters }: ReplayTarget,
): Promise<number> {
  const before = counters.deadLettered
  await consumer(batchOf(events))
  return counters.deadLettered - before
}

async function replayTo(
  exporter: string,
  events: readonly AuditEvent[],
  target: ReplayTarget,
  signal: AbortSignal,
): Promise<number> {
  const { deadLetters, destinations } = target
  const { kept, failed } = process(batchOf(events), processorsThatHide(target))
  const destination = destinations.find(({ id }) => id === exporter)
  const rejected =
    destination === undefined
      ? kept.events.map(event => ({
          event,
          reason: `the configuration has no exporter ${exporter} any more`,
        }))
      : await deliver(batchOf(kept.events), destination, newCounters(), DEFAULT_BACKOFF, signal)
  await deadLetters.write(
    [...rejected.map(rejection => refusedLetter(rejection, exporter)), ...failed],
    signal,
  )
  return rejected.length + failed.length
}

/** A letter may be from a time when nothing was hidden, or less. What drops events had its say. */
function processorsThatHide({ processors }: ReplayTarget): Processor[] {
  return processors.map(({ processor }) => processor).filter(({ withhold }) => withhold !== undefined)
}

async function* batches(file: string): AsyncGenerator<Letter[]> {
  let letters: Letter[] = []
  let bytes = 0
  for await (const line of byteLines(createReadStream(file))) {
    if (line.length === 0) continue
    letters.push(readLetter(line, file))
    bytes += line.length
    if (letters.length < BATCH_EVENTS && bytes < BATCH_BYTES) continue
    yield letters
    letters = []
    bytes = 0
  }
  if (letters.length > 0) yield letters
}
