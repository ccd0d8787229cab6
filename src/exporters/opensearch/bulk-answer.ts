import type { AuditEvent } from '../../audit/event.ts'
import type { Rejection } from '../../pipeline/contracts.ts'
import { RetryableError } from '../../pipeline/errors.ts'
import { guessesTypesError } from './guessed-types.ts'
import { at } from './managed.ts'
import { reasonOf } from './refusal.ts'
import { type ErrorOfOpenSearch, isRepairable } from './repairable.ts'

/** What became of the events of a bulk; those in no list are in OpenSearch. */
export interface BulkOutcome {
  readonly deferred: readonly AuditEvent[]
  /** Why those are put off, the first reason; undefined when none is. */
  readonly why: RetryableError | undefined
  /** Refused as documents for what is in them. */
  readonly refused: readonly Rejection[]
}

interface BulkItem {
  readonly status: number
  readonly _index?: string
  readonly error?: ErrorOfOpenSearch
}

/**
 * Sorts the items of an answer by the events they came from.
 * @param unwanted the name of an index that no event should be in: OpenSearch makes it where the data stream is missing
 * @throws RetryableError when it is no answer to this bulk: a cut gzip stream is answered with 200 for what had arrived
 */
export function bulkOutcome(
  body: unknown,
  owners: readonly AuditEvent[],
  unwanted: string | undefined,
): BulkOutcome {
  const items = at(body, 'items')
  if (!Array.isArray(items) || items.length !== owners.length) {
    const found = Array.isArray(items) ? `an answer for ${items.length}` : 'something else'
    throw new RetryableError(`expected an answer for ${owners.length} items of a bulk, found ${found}`)
  }
  // Not asked for, so OpenSearch leaves it out: what has it stands in for OpenSearch, and its `_index` says nothing.
  const isStandIn = at(body, 'took') !== undefined
  const deferred = new Set<AuditEvent>()
  const refused = new Map<AuditEvent, Omit<Rejection, 'event'>>()
  let why: RetryableError | undefined
  // Of items that say the same one object was made: what it says was looked at.
  let delivered: unknown
  for (let index = 0; index < owners.length; index++) {
    if (items[index] === delivered) continue
    const owner = owners[index] as AuditEvent
    const isCreate = at(items[index], 'create') !== undefined
    const item = itemOf(items[index])
    const isThere = isSuccess(item) || (item.status === 409 && isCreate)
    const isAnswered = isThere || isFinal(item)
    const isMisplaced = isCreate && item._index !== undefined && item._index === unwanted
    if (isAnswered && isMisplaced && !isStandIn) {
      deferred.add(owner)
      why ??= guessesTypesError(item._index)
    } else if (isThere) delivered = items[index]
    else if (isAnswered) refused.set(owner, refusalOf(item))
    else {
      deferred.add(owner)
      why ??= putOff(item)
    }
  }
  // An event with one item refused and one put off is tried again as a whole.
  const final = [...refused].filter(([event]) => !deferred.has(event))
  return { deferred: [...deferred], why, refused: final.map(([event, why]) => ({ event, ...why })) }
}

/** What is said of an item, by whichever operation; whatever is no item counts as one that failed. */
function itemOf(item: Record<string, BulkItem | null> | null): BulkItem {
  for (const operation in item) return item[operation] ?? FAILED
  return FAILED
}

const FAILED: BulkItem = { status: 0 }

function isSuccess({ status }: BulkItem): boolean {
  return status >= 200 && status < 300
}

function isFinal({ status, error }: BulkItem): boolean {
  if (status !== 400 && status !== 413 && status !== 422) return false
  return !isRepairable(error ?? {})
}

function refusalOf(item: BulkItem): Omit<Rejection, 'event'> {
  const type = typeof item.error?.type === 'string' ? ` ${item.error.type}` : ''
  return {
    reason: `${item.status}: ${reasonOf({ body: item })}`,
    summary: `an item was refused with ${item.status}${type}`,
  }
}

function putOff(item: BulkItem): RetryableError {
  const { status } = item
  const isBlocked = item.error?.type === 'cluster_block_exception'
  const needsOperator = isBlocked || (status < 500 && status !== 429 && status !== 409)
  const summary = `items put off with ${status}`
  return new RetryableError(`${summary}: ${reasonOf({ body: item })}`, { summary, needsOperator })
}
