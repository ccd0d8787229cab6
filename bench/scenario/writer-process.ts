import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { WriterOptions, Written } from './log-writer.ts'

/** A writer in a process of its own, which goes on whatever happens to the one that started it. */
export interface WriterProcess {
  readonly child: ChildProcess
  /** Resolves when it has written `events`, or was stopped. @throws when it was killed or failed */
  readonly written: Promise<Written>
  /** Lets it finish its line and its compression. */
  stop(): Promise<Written>
}

/** Starts `write-log.ts`; without `events` it writes until it is stopped. */
export function startWriter(folder: string, options: WriterOptions, events?: number): WriterProcess {
  const { rate, everyMs = 10, rotateMs, compress = false, maxBackups = 0, seed = 1 } = options
  const args = [
    fileURLToPath(new URL('write-log.ts', import.meta.url)),
    ...['--folder', folder, '--rate', `${rate}`, '--every-ms', `${everyMs}`],
    ...['--max-backups', `${maxBackups}`, '--seed', `${seed}`],
    ...(rotateMs === undefined ? [] : ['--rotate-ms', rotateMs.join()]),
    ...(compress ? ['--compress'] : []),
    ...(events === undefined ? [] : ['--events', `${events}`]),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const written = Promise.all([text(child.stdout), once(child, 'close')]).then(([output, [code, signal]]) => {
    if (code !== 0) throw new Error(`the writer ended with ${code ?? signal}`)
    return JSON.parse(output) as Written
  })
  written.catch(() => {}) // told whoever asks
  return {
    child,
    written,
    stop() {
      child.kill('SIGTERM')
      return written
    },
  }
}
