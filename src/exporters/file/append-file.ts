import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Log } from '../../pipeline/log.ts'
import { syncFolder } from '../../pipeline/sync-folder.ts'
import type { FileOptions } from './options.ts'
import { rotate } from './rotate.ts'
import { repairTornLine } from './torn-line.ts'

/** Not to wait for a reader when the path is a named pipe. */
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK

/** A file that grows by whole batches of lines. One call at a time. */
export class AppendFile {
  readonly #options: FileOptions
  readonly #log: Log
  #file: FileHandle | undefined
  /** What a failed write left behind that could not be cut off yet. */
  #excess: { readonly ino: number; readonly size: number } | undefined

  constructor(options: FileOptions, log: Log) {
    this.#options = options
    this.#log = log
  }

  /** Creates the file and its folder, or repairs the end of the file. Does nothing when it is open. */
  async open(): Promise<FileHandle> {
    if (this.#file !== undefined && (await this.#isInPlace(this.#file))) return this.#file
    await this.close()
    const { path } = this.#options
    await refuseUnlessFile(path)
    const folder = resolve(dirname(path))
    const created = await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = await open(path, FLAGS, 0o600)
    try {
      await this.#repair(file)
      if (this.#options.fsync) await syncFolders(folder, created === undefined ? folder : dirname(created))
    } catch (error) {
      await file.close()
      throw error
    }
    this.#file = file
    return file
  }

  /** Appends all of `lines`, synced to the disk unless that is switched off, or nothing. */
  async append(lines: Buffer): Promise<void> {
    let file = await this.open()
    let { size, ino } = await file.stat()
    if (size > 0 && size + lines.length > this.#options.maxSize) {
      file = await this.#rotate()
      ;({ size, ino } = await file.stat())
    }
    try {
      await file.appendFile(lines)
      if (this.#options.fsync) await file.sync()
    } catch (error) {
      this.#excess = { ino, size }
      await this.#cutExcess(file).catch(() => {}) // done when the file is opened again
      await this.close()
      throw error
    }
    const { nlink } = await file.stat()
    if (nlink === 0) throw new Error('the file was deleted while it was written')
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  async #rotate(): Promise<FileHandle> {
    const { path, maxFiles } = this.#options
    await this.close()
    const deleted = await rotate(path, maxFiles)
    if (deleted !== undefined) this.#log.info(`deleted the oldest file, ${deleted}: maxFiles is ${maxFiles}`)
    return this.open()
  }

  async #repair(file: FileHandle): Promise<void> {
    await this.#cutExcess(file)
    const cut = await repairTornLine(file)
    if (cut > 0) {
      this.#log.warn(
        `cut ${cut} bytes of an unfinished line off the end of ${this.#options.path}; nothing is lost`,
      )
    }
  }

  async #cutExcess(file: FileHandle): Promise<void> {
    const { ino, size } = await file.stat()
    if (this.#excess?.ino === ino && size > this.#excess.size) await file.truncate(this.#excess.size)
    this.#excess = undefined
  }

  /** Whether `path` is still this file: somebody may have renamed or deleted it. */
  async #isInPlace(file: FileHandle): Promise<boolean> {
    const [here, there] = await Promise.all([file.stat(), stat(this.#options.path).catch(() => undefined)])
    return here.ino === there?.ino && here.dev === there.dev
  }
}

async function refuseUnlessFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || found.isFile() || found.isDirectory()) return
  throw new Error('it is a device, pipe or socket: set `path` to the name of a file')
}

/** A new name in a folder survives a power loss only once the folder is synced. `highest` contains `lowest`, or is it. */
async function syncFolders(lowest: string, highest: string): Promise<void> {
  await syncFolder(lowest)
  if (lowest !== highest) await syncFolders(dirname(lowest), highest)
}
