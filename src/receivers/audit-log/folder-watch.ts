import { type FSWatcher, watch } from 'node:fs'

/** What the operating system reports of a folder: a file was written to, or its names have changed, or it is not known what. */
export interface FolderChange {
  /** Undefined when names have changed or it is not known what has. */
  readonly written: string | undefined
}

/** Watches a folder where the operating system can. */
export class FolderWatch {
  readonly #folder: string
  readonly #onChange: (change: FolderChange) => void
  #watcher: FSWatcher | undefined

  constructor(folder: string, onChange: (change: FolderChange) => void) {
    this.#folder = folder
    this.#onChange = onChange
  }

  /** Begins to watch, anew when it did before: the folder may be another one since. */
  watch(): void {
    this.close()
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, (event, name) =>
        this.#onChange({ written: event === 'change' && name !== null ? name : undefined }),
      )
      this.#watcher.on('error', () => this.close())
    } catch {
      // No such folder, or the system's limit of watches is reached: polling goes on.
    }
  }

  close(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }
}
