import type { ComponentContext, Receiver } from '../../pipeline/contracts.ts'
import type { Counters } from '../../pipeline/counters.ts'
import type { DeadLetters } from '../../pipeline/dead-letters.ts'
import type { Failure } from '../../pipeline/health.ts'

/** One pipeline at work, as its metrics see it. */
export interface MeasuredPipeline {
  readonly name: string
  readonly counters: Readonly<Counters>
  readonly receivers: readonly { readonly id: string; readonly receiver: Pick<Receiver, 'status'> }[]
  readonly destinations: readonly { readonly id: string }[]
  readonly deadLetters: Pick<DeadLetters, 'size' | 'maxSize'>
  readonly components: readonly Pick<ComponentContext, 'id'>[]
}

/** An agent at work, as its metrics see it. */
export interface Measured {
  readonly pipelines: readonly MeasuredPipeline[]
  readonly health: () => Health
}

/** Whether an agent is at work, and what keeps it from it. */
export interface Health {
  readonly phase: 'starting' | 'running' | 'stopping'
  /** True while it runs and nothing keeps it from its work. */
  readonly ready: boolean
  readonly problems: readonly HealthProblem[]
}

/** What keeps a component from its work. */
export interface HealthProblem extends Failure {
  readonly pipeline: string
  readonly component: string
}
