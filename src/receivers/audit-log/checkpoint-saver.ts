import { dirname } from 'node:path'
import type { ComponentContext } from '../../pipeline/contracts.ts'
import { describe } from '../../pipeline/health.ts'
import { makeFolder } from '../../pipeline/sync-folder.ts'
import { StandingProblem } from './standing-problem.ts'
import { writeDurably } from './write-durably.ts'

/** Shortest time between two saves, in milliseconds: what is repeated after a crash at full speed, at most. */
const INTERVAL_MS = 200
/** Between attempts while the file cannot be written. */
const RETRY_MS = 2_000

/** Writes a checkpoint file whenever its content changed, not too often, until it succeeds. */
export class CheckpointSaver {
  readonly #path: string
  readonly #content: () => string
  readonly #problem: StandingProblem
  #saved = ''
  #isDirty = false
  #dirtySince: number | undefined
  /** Of what is being written. */
  #savingSince: number | undefined
  #timer: NodeJS.Timeout | undefined
  #saving: Promise<void> | undefined
  #notBefore = 0

  constructor(path: string, content: () => string, context: Pick<ComponentContext, 'log' | 'problems'>) {
    this.#path = path
    this.#content = content
    this.#problem = new StandingProblem(context)
  }

  /** Since when the file does not say what it should, in milliseconds since 1970; undefined while it does. */
  get outdatedSince(): number | undefined {
    return this.#savingSince ?? this.#dirtySince
  }

  /** The content may have changed. */
  changed(): void {
    this.#isDirty = true
    this.#dirtySince ??= Date.now()
    if (this.#timer !== undefined || this.#saving !== undefined) return
    const delay = Math.max(0, this.#notBefore - performance.now())
    this.#timer = setTimeout(() => this.#begin(), delay).unref()
  }

  /** Saves what is not saved yet; false when that failed. */
  async flush(): Promise<boolean> {
    await this.#saving
    this.#cancel()
    if (this.#isDirty) await this.#begin()
    this.#cancel()
    return !this.#isDirty
  }

  #cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #begin(): Promise<void> {
    this.#timer = undefined
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined
      if (this.#isDirty) this.changed()
    })
    return this.#saving
  }

  async #save(): Promise<void> {
    this.#isDirty = false
    this.#savingSince = this.#dirtySince
    this.#dirtySince = undefined
    const content = this.#content()
    try {
      if (content !== this.#saved) await this.#write(content)
    } finally {
      this.#savingSince = undefined
    }
  }

  async #write(content: string): Promise<void> {
    try {
      await makeFolder(dirname(this.#path))
      await writeDurably(this.#path, content)
      this.#saved = content
      this.#notBefore = performance.now() + INTERVAL_MS
      this.#problem.clear(`the checkpoint ${this.#path} is saved again`)
    } catch (error) {
      this.#isDirty = true
      this.#dirtySince = this.#savingSince ?? this.#dirtySince
      this.#notBefore = performance.now() + RETRY_MS
      this.#problem.raise(
        'error',
        `cannot save the checkpoint ${this.#path}: ${describe(error)}. Events go on being delivered; ` +
          'a restart repeats those since the last save. Free space or make the folder writable',
      )
    }
  }
}
