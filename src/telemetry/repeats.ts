import type { LogAttributes } from '../pipeline/log.ts'
import type { LogLevel, WriteLine } from './log-level.ts'

/** Within this time a line is written once; further ones are counted. Milliseconds. */
const WINDOW_MS = 10_000
/** So many lines are written that differ in numbers only, which may be an offset that varies or a status that matters. */
const MAX_VARIANTS = 3
/** So many different lines are watched for repeats at a time; what comes beyond passes as it is. */
const MAX_WATCHED = 1_000

interface Watched {
  readonly level: LogLevel
  readonly written: Set<string>
  /** The last that was only counted. */
  message: string
  attributes: LogAttributes
  repeats: number
  readonly timer: NodeJS.Timeout
}

/** Lets a line through once in ten seconds, and few that differ in numbers only; then says how many more there were. */
export class Repeats {
  readonly #write: WriteLine
  readonly #watched = new Map<string, Watched>()

  constructor(write: WriteLine) {
    this.#write = write
  }

  /** Writes the line, or counts it when the same, or some with other numbers, were written less than ten seconds ago. */
  write(level: LogLevel, message: string, attributes: LogAttributes): void {
    const key = keyOf(level, message, attributes)
    const watched = this.#watched.get(key)
    if (watched !== undefined && (watched.written.has(message) || watched.written.size >= MAX_VARIANTS)) {
      watched.repeats++
      watched.message = message
      watched.attributes = attributes
      return
    }
    this.#write(level, message, attributes)
    watched?.written.add(message)
    if (watched !== undefined || this.#watched.size >= MAX_WATCHED) return
    const timer = setTimeout(() => this.#report(key), WINDOW_MS).unref()
    this.#watched.set(key, { level, written: new Set([message]), message, attributes, repeats: 0, timer })
  }

  /** Reports all repeats counted so far. */
  flush(): void {
    for (const key of [...this.#watched.keys()]) this.#report(key)
  }

  #report(key: string): void {
    const watched = this.#watched.get(key)
    if (watched === undefined) return
    clearTimeout(watched.timer)
    this.#watched.delete(key)
    const { level, written, message, attributes, repeats } = watched
    if (repeats === 0) return
    const times = repeats === 1 ? 'once' : `${repeats} times`
    const isVaried = written.size > 1 || !written.has(message)
    this.#write(level, `${message} (repeated ${times}${isVaried ? ', numbers may differ' : ''})`, attributes)
  }
}

/** Strings say who speaks (pipeline, component, file), so they distinguish lines; numbers (offsets, counts), in a problem's message too, only vary. */
function keyOf(level: LogLevel, message: string, attributes: LogAttributes): string {
  const names = Object.entries(attributes).filter(([, value]) => typeof value === 'string')
  const isProblem = level === 'warn' || level === 'error' // others tell what was done: to which file matters
  return JSON.stringify([level, isProblem ? message.replaceAll(/\d+/g, '0') : message, names])
}
