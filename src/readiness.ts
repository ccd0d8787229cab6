import type { RunningPipeline } from './connect.ts'
import type { Failure } from './pipeline/health.ts'

/** What keeps a part of a pipeline from its work. */
export interface Problem extends Failure {
  readonly pipeline: string
  /** The id of a receiver, processor or exporter, or `deadLetters`. */
  readonly component: string
}

/** Whether an agent does its work, and if not, all that keeps it from it. */
export interface Readiness {
  readonly ready: boolean
  readonly problems: readonly Problem[]
}

/** Exporters that do not deliver, dead letters that grow or cannot be written, and what components say of themselves. */
export function readinessOf(pipelines: readonly RunningPipeline[]): Readiness {
  const problems = pipelines.flatMap(({ name: pipeline, destinations, deadLetters, components }) => {
    const exporters = destinations.map(({ id, health }) => ({ component: id, failures: [health.failure] }))
    const letters = { component: 'deadLetters', failures: [deadLetters.failure] }
    const own = components.map(({ id, problems }) => ({ component: id, failures: [...problems] }))
    return [...own, ...exporters, letters].flatMap(({ component, failures }) =>
      failures.flatMap(failure => (failure === undefined ? [] : [problem(pipeline, component, failure)])),
    )
  })
  return { ready: problems.length === 0, problems }
}

/** Only what a problem has: a failure may know more of itself. */
function problem(pipeline: string, component: string, { since, reason, summary }: Failure): Problem {
  return { pipeline, component, since, reason, ...(summary !== undefined && { summary }) }
}
