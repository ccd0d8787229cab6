import { type Checkpoint, serializeCheckpoint } from './checkpoint.ts'
import type { Mark } from './mark.ts'
import type { ProgressKeeper } from './progress-keeper.ts'

/** The content of a receiver's checkpoint: the marks of each of its logs, by the path of the live file. */
export class SavedMarks {
  readonly #marks = new Map<string, () => readonly Mark[]>()
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** Paths of all logs that are known. */
  get paths(): Iterable<string> {
    return this.#marks.keys()
  }

  /** The marks of a log. */
  of(path: string): readonly Mark[] {
    return this.#marks.get(path)?.() ?? []
  }

  /** Begins with what an earlier run saved. */
  restore(checkpoint: Checkpoint): void {
    for (const [path, marks] of checkpoint) this.#marks.set(path, () => marks)
  }

  /** Takes the marks of a log from its progress from now on. */
  takeFrom(path: string, progress: ProgressKeeper): void {
    this.#marks.set(path, () => progress.marksToSave())
  }

  /** The marks of a log have changed. */
  changed(): void {
    this.#onChange()
  }

  forget(path: string): void {
    this.#marks.delete(path)
    this.#onChange()
  }

  /** As it is written. */
  serialize(): string {
    return serializeCheckpoint(new Map([...this.#marks].map(([path, marks]) => [path, marks()])))
  }
}
