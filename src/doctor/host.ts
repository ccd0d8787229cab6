import { readlinkSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { codeOf } from '../receivers/audit-log/troubles.ts'

/** As many links as Linux follows in a path. */
const MOST_LINKS = 40

/** The machine whose files are looked at: this one, or one that is mounted in a folder. */
export class Host {
  readonly root: string

  /** @param root folder in which the machine's `/` is mounted; `/` for this machine */
  constructor(root: string) {
    this.root = resolve(root)
  }

  /** Where a path of the machine is found from here: its links are followed within the root. */
  at(path: string): string {
    if (this.root === '/') return path
    const done: string[] = []
    const names = path.split('/')
    for (let links = 0, name = names.shift(); name !== undefined; name = names.shift()) {
      if (name === '..') done.pop()
      if (['', '.', '..'].includes(name)) continue
      const target = links < MOST_LINKS ? linkAt(join(this.root, ...done, name)) : undefined
      if (target === undefined) {
        done.push(name)
        continue
      }
      links++
      if (isAbsolute(target)) done.length = 0
      names.unshift(...target.split('/'))
    }
    return join(this.root, ...done)
  }

  /** Where a log of the machine is found from here, whose name may be a pattern. */
  logAt(path: string): string {
    return join(this.at(dirname(path)), basename(path))
  }

  /** A text with paths as they are on the machine. */
  named(text: string): string {
    return this.root === '/' ? text : text.replaceAll(`${this.root}/`, '/')
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

/** Where a link leads; undefined when it is none. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined // what is wrong with it is said by who opens it
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
