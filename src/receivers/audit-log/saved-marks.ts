import { type Checkpoint, serializeCheckpoint } from './checkpoint.ts'
import type { Mark } from './mark.ts'
import { marksOf, type Progress } from './progress.ts'

/** What is acknowledged of each log of a receiver, by the path of its live file: the content of the checkpoint. */
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

  /** What is acknowledged of a log. */
  of(path: string): readonly Mark[] {
    return this.#marks.get(path)?.() ?? []
  }

  /** Begins with what an earlier run saved. */
  restore(checkpoint: Checkpoint): void {
    for (const [path, marks] of checkpoint) this.#marks.set(path, () => marks)
  }

  /** Everything before `progress` is acknowledged. */
  reached(path: string, progress: Progress): void {
    this.#marks.set(path, () => marksOf(progress))
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
