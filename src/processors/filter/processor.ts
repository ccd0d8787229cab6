import type { AuditEvent } from '../../audit/event.ts'
import { type Rule, rulesOf } from '../../condition/rule.ts'
import type { AuditBatch } from '../../pipeline/batch.ts'
import type { Processor, Trial } from '../../pipeline/contracts.ts'
import { withoutDropped } from '../../pipeline/dropped.ts'
import { ignoreRules } from './ignore.ts'
import { NOISE } from './noise.ts'
import type { FilterOptions } from './options.ts'

/** Drops events by rules. Those that `keep` names stay; of the others those go that a further rule names. */
export class FilterProcessor implements Processor {
  readonly #id: string
  readonly #keep: readonly Rule[]
  readonly #drop: readonly Rule[]
  readonly #otherwise: string | undefined

  constructor({ keep, drop, ignore, noise, otherwise }: FilterOptions, id: string) {
    this.#id = id
    this.#keep = rulesOf('keep', keep)
    this.#drop = [...rulesOf('drop', drop), ...ignoreRules(ignore), ...(noise ? NOISE : [])]
    this.#otherwise = otherwise === 'drop' ? 'otherwise' : undefined
  }

  process(batch: AuditBatch): AuditBatch {
    return withoutDropped(batch, this.#id, event => this.#dropping(event))
  }

  try(event: AuditEvent): Trial {
    const kept = firstOf(this.#keep, event)
    if (kept !== undefined) return { event, notes: [`kept by ${this.#id} ${kept}`] }
    const rule = this.#dropping(event)
    if (rule === undefined) return { event, notes: [] }
    const droppedBy = `${this.#id} ${rule}`
    return { event: undefined, droppedBy, notes: [`dropped by ${droppedBy}`] }
  }

  /** The rule that drops the event. */
  #dropping(event: AuditEvent): string | undefined {
    if (firstOf(this.#keep, event) !== undefined) return undefined
    return firstOf(this.#drop, event) ?? this.#otherwise
  }
}

function firstOf(rules: readonly Rule[], event: AuditEvent): string | undefined {
  for (let i = 0; i < rules.length; i++) if (rules[i]?.matches(event)) return rules[i]?.name
  return undefined
}
