import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../receivers/audit-log/troubles.ts'

/** The machine whose files are looked at: this one, or one that is mounted in a folder. */
export class Host {
  readonly root: string

  /** @param root folder in which the machine's `/` is mounted; `/` for this machine */
  constructor(root: string) {
    this.root = root
  }

  /** Where a path of the machine is found from here. */
  at(path: string): string {
    return this.root === '/' ? path : join(this.root, path)
  }

  /** The text of a file; undefined when it is not there. @throws when it is there and cannot be read */
  async text(path: string): Promise<string | undefined> {
    return orUndefined(readFile(this.at(path), 'utf8'))
  }

  /** Names in a folder, sorted; none when it is not there. */
  async names(folder: string): Promise<string[]> {
    return ((await orUndefined(readdir(this.at(folder)))) ?? []).sort()
  }
}

async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}
