import { closeSync, createReadStream, createWriteStream, openSync, renameSync, writeSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

/** As kube-apiserver's flags have it. */
export interface RotationOptions {
  /** `--audit-log-compress`: backups are compressed right after the rotation. */
  readonly compress?: boolean
  /** `--audit-log-maxbackup`: how many backups are kept; 0 keeps all. */
  readonly maxBackups?: number
}

/**
 * `audit.log` in a folder, written and rotated as kube-apiserver does it, by gopkg.in/natefinch/lumberjack.v2: closed,
 * renamed to the time in UTC, created anew; then, beside the writing, the oldest backups are deleted and the others
 * compressed, each into a `.gz` that grows until its source is unlinked. Knows only the backups it made itself.
 */
export class RotatingLog {
  readonly path: string
  readonly #folder: string
  readonly #options: RotationOptions
  /** Paths without `.gz`, the oldest first. */
  readonly #backups: string[] = []
  readonly #uncompressed: string[] = []
  readonly #onDeleted: (backup: string) => void
  #file: number | undefined
  #lastTime = 0
  #tidying: Promise<void> = Promise.resolve()

  /** `onDeleted` is called with the path, without `.gz`, of each backup that `maxBackups` deletes. */
  constructor(folder: string, options: RotationOptions = {}, onDeleted: (backup: string) => void = () => {}) {
    this.path = join(folder, 'audit.log')
    this.#folder = folder
    this.#options = options
    this.#onDeleted = onDeleted
  }

  /** Creates the folder and the file, or goes on at the end of the file. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    this.#file ??= openSync(this.path, 'a', 0o600)
  }

  /** Appends bytes in one write. */
  append(bytes: Buffer): void {
    if (this.#file === undefined) throw new Error(`${this.path} is not open`)
    const written = writeSync(this.#file, bytes)
    if (written < bytes.length) throw new Error(`wrote ${written} of ${bytes.length} bytes to ${this.path}`)
  }

  /** Returns the path of the backup, which compression will replace by one with `.gz`. */
  rotate(): string {
    this.close()
    // Two rotations within a millisecond would have one name, and the second would overwrite the first backup.
    this.#lastTime = Math.max(this.#lastTime + 1, Date.now())
    const time = new Date(this.#lastTime).toISOString().replaceAll(':', '-').replace('Z', '')
    const backup = join(this.#folder, `audit-${time}.log`)
    renameSync(this.path, backup)
    this.#file = openSync(this.path, 'a', 0o600)
    this.#backups.push(backup)
    this.#uncompressed.push(backup)
    const tidied = this.#tidying.then(() => this.#tidy())
    tidied.catch(() => {}) // `settled` says so
    this.#tidying = tidied
    return backup
  }

  /** Resolves when nothing is left to delete or to compress. @throws when that failed */
  async settled(): Promise<void> {
    await this.#tidying
  }

  /** Leaves the file as it is; `open` goes on. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  async #tidy(): Promise<void> {
    const { maxBackups = 0, compress = false } = this.#options
    while (maxBackups > 0 && this.#backups.length > maxBackups) {
      const oldest = this.#backups.shift() as string
      await Promise.all([rm(oldest, { force: true }), rm(`${oldest}.gz`, { force: true })])
      this.#onDeleted(oldest)
    }
    for (const backup of this.#uncompressed.splice(0)) {
      if (!compress || !this.#backups.includes(backup)) continue
      // The fastest level: what counts is the order of events, and the CPU belongs to the program under test.
      await pipeline(createReadStream(backup), createGzip({ level: 1 }), createWriteStream(`${backup}.gz`))
      await rm(backup)
    }
  }
}
