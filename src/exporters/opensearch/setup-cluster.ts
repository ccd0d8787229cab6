import type { SetupStep } from '../../pipeline/contracts.ts'
import { RetryableError } from '../../pipeline/errors.ts'
import type { OpenSearchClient } from './client.ts'
import { at, type JsonObject } from './managed.ts'
import { reasonOf, refusal } from './refusal.ts'
import type { OpenSearchAnswer } from './request.ts'

/** More lost races than agents have ever made: something else is wrong. */
const MOST_RACES = 20

/** A request that changes the cluster. */
export interface Change {
  readonly path: string
  readonly body?: JsonObject
}

/** The cluster as set-up asks it: what is there, and, except in a dry run, to change something. */
export class SetupCluster {
  readonly #client: OpenSearchClient
  readonly #dryRun: boolean
  readonly #signal: AbortSignal
  #races = 0

  constructor(client: OpenSearchClient, dryRun: boolean, signal: AbortSignal) {
    this.#client = client
    this.#dryRun = dryRun
    this.#signal = signal
  }

  /** What the cluster answers to a GET. @throws RetryableError when it cannot answer now, or not this user */
  async look(path: string): Promise<OpenSearchAnswer> {
    return usable(path, await this.#client.request({ method: 'GET', path }, this.#signal))
  }

  /** What the cluster answers to a PUT; in a dry run a 200 of nobody. @throws RetryableError as `look` does */
  async change({ path, body }: Change): Promise<OpenSearchAnswer> {
    if (this.#dryRun) return { status: 200, headers: {}, body: {}, node: '' }
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    return usable(path, await this.#client.request({ method: 'PUT', path, ...json }, this.#signal))
  }

  /** Whether a change was refused because another agent was faster, so that it is worth to look again. */
  lostRace(answer: OpenSearchAnswer): boolean {
    const isLost =
      answer.status === 409 || (answer.status === 400 && reasonOf(answer).includes('already exists'))
    return isLost && ++this.#races <= MOST_RACES
  }
}

function usable(path: string, answer: OpenSearchAnswer): OpenSearchAnswer {
  const { status } = answer
  // A block is no matter of rights, and passes.
  const isBlocked = at(answer.body, 'error', 'type') === 'cluster_block_exception'
  if (status === 401 || status === 408 || status === 429 || status >= 500 || isBlocked)
    throw unexpected(path, answer)
  return answer
}

/** An answer that set-up cannot go on with. Never permanent: the events are not to blame. */
export function unexpected(path: string, answer: OpenSearchAnswer): RetryableError {
  const error = refusal(path, answer)
  return error instanceof RetryableError ? error : new RetryableError(error.message, { needsOperator: true })
}

/** The step that a change stands for when it was answered so. @throws RetryableError when it was neither made nor forbidden */
export function stepOf(
  what: string,
  outcome: 'created' | 'updated',
  change: Change,
  answer: OpenSearchAnswer,
): SetupStep {
  if (answer.status === 403) return forbidden(what, answer, change)
  if (answer.status !== 200 && answer.status !== 201) throw unexpected(change.path, answer)
  return { what, outcome, request: requestText(change) }
}

/** The step of something this user may not see or change. */
export function forbidden(what: string, answer: OpenSearchAnswer, change: Change): SetupStep {
  return { what, outcome: 'forbidden', why: reasonOf(answer), request: requestText(change) }
}

/** As the console of OpenSearch Dashboards takes it. */
function requestText({ path, body }: Change): string {
  return `PUT ${path}${body === undefined ? '' : `\n${JSON.stringify(body, null, 2)}`}`
}
