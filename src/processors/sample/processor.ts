import { hash } from 'node:crypto'
import type { AuditEvent } from '../../audit/event.ts'
import { isRead } from '../../condition/spared.ts'
import type { AuditBatch } from '../../pipeline/batch.ts'
import type { Processor, Trial } from '../../pipeline/contracts.ts'
import { withoutDropped } from '../../pipeline/dropped.ts'
import type { SampleOptions } from './options.ts'

/**
 * Keeps one in so many requests. The hash of the audit ID decides, so that all stages of a request share its fate,
 * in every agent and after every restart. Which requests are meant must not depend on their outcome: a stage before it
 * cannot know.
 */
export class SampleProcessor implements Processor {
  readonly #id: string
  readonly #oneIn: number
  readonly #isSampled: (event: AuditEvent) => boolean
  readonly #salt: string

  constructor({ oneIn, when, key }: SampleOptions, id: string) {
    this.#id = id
    this.#oneIn = oneIn
    this.#isSampled = when ?? isRead
    this.#salt = `${id}\0${key ?? ''}\0`
  }

  process(batch: AuditBatch): AuditBatch {
    return withoutDropped(batch, this.#id, event => this.#leavingOut(event))
  }

  try(event: AuditEvent): Trial {
    const before = event.sampleRate
    const rule = this.#leavingOut(event)
    if (rule === undefined) {
      const isMarked = event.sampleRate !== before
      return { event, notes: isMarked ? [`kept by ${this.#id}, one in ${this.#oneIn}`] : [] }
    }
    const droppedBy = `${this.#id} ${rule}`
    return { event: undefined, droppedBy, notes: [`dropped by ${droppedBy}`] }
  }

  /** Marks what is kept; of what several processors sample, each keeps a part. */
  #leavingOut(event: AuditEvent): string | undefined {
    if (!this.#isSampled(event)) return undefined
    const digest = hash('sha256', this.#salt + (event.auditID ?? ''), 'buffer')
    if (digest.readUIntBE(0, 6) % this.#oneIn !== 0) return `one in ${this.#oneIn}`
    event.sampleRate = (event.sampleRate ?? 1) * this.#oneIn
    return undefined
  }
}
