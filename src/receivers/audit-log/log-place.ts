import { access, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LogFolder } from './log-folder.ts'
import { LogNames } from './log-names.ts'
import { isPattern } from './name-pattern.ts'
import { codeOf } from './troubles.ts'

/** A place where logs may be: the path of one log's live file, or, with a pattern for its name, all that fit in the folder. */
export class LogPlace {
  /** As configured, for messages. */
  readonly path: string
  readonly folder: string
  /** The one log that is here; undefined with a pattern. */
  readonly only: LogFolder | undefined
  readonly #names: LogNames | undefined

  constructor(path: string) {
    this.path = path
    this.folder = dirname(path)
    if (isPattern(basename(path))) this.#names = new LogNames(basename(path))
    else this.only = new LogFolder(path)
  }

  /** The one log, or, with a pattern, those that have a file here. */
  async logs(): Promise<readonly LogFolder[]> {
    return this.only === undefined ? (await this.look()).logs : [this.only]
  }

  /** With a pattern: the logs that have a file here, and compressed files that fit and belong to none. */
  async look(): Promise<{ readonly logs: readonly LogFolder[]; readonly leftAlone: readonly string[] }> {
    const names = await this.#fileNames()
    const lives = new Set(names.map(name => this.#names?.logOf(name)).filter(name => name !== undefined))
    return {
      logs: [...lives].map(name => new LogFolder(join(this.folder, name), this.#names)),
      leftAlone: names.filter(name => this.#names?.isLeftAlone(name)),
    }
  }

  /** The log with this live file if it is one of this place. */
  logAt(livePath: string): LogFolder | undefined {
    const name = basename(livePath)
    if (this.#names === undefined || dirname(livePath) !== this.folder) return undefined
    return this.#names.logOf(name) === name ? new LogFolder(livePath, this.#names) : undefined
  }

  /** Whether a live file is here; with a pattern, any file of a log. */
  async hasLog(): Promise<boolean> {
    try {
      if (this.only === undefined) return (await this.look()).logs.length > 0
      await access(this.path)
      return true
    } catch {
      return false
    }
  }

  async #fileNames(): Promise<string[]> {
    try {
      const entries = await readdir(this.folder, { withFileTypes: true })
      return entries.filter(entry => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
  }
}
