import type { AuditEvent } from '../audit/event.ts'
import type { AddressRange } from './addresses.ts'

/**
 * A condition on audit events, from which three things are made: a test of an event (`matcher`), byte strings that a
 * matching line must have (`needlesOf`), and SQL over `audit_events` (`toSql`). Attributes are named without `k8s.auditlog.`.
 */
export type Condition =
  | { readonly kind: 'is'; readonly attribute: string; readonly values: readonly (string | number)[] }
  | { readonly kind: 'startsWith'; readonly attribute: string; readonly prefix: string }
  | { readonly kind: 'like'; readonly attribute: string; readonly pattern: string }
  | { readonly kind: 'exists'; readonly attribute: string }
  | { readonly kind: 'between'; readonly attribute: string; readonly from: number; readonly to: number }
  | { readonly kind: 'fromAddress'; readonly range: AddressRange }
  | { readonly kind: 'received'; readonly since: bigint | undefined; readonly until: bigint | undefined }
  | {
      readonly kind: 'body'
      readonly words: readonly string[]
      readonly test: (event: AuditEvent) => boolean
    }
  | { readonly kind: 'all'; readonly parts: readonly Condition[] }
  | { readonly kind: 'any'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }

/** The attribute, or one of its values, is one of `values`. */
export const is = (attribute: string, ...values: readonly (string | number)[]): Condition => ({
  kind: 'is',
  attribute,
  values,
})
/** The attribute, or one of its values, begins with `prefix`. */
export const startsWith = (attribute: string, prefix: string): Condition => ({
  kind: 'startsWith',
  attribute,
  prefix,
})
/** The attribute, or one of its values, fits the pattern of `*` and `?`. */
export const like = (attribute: string, pattern: string): Condition => ({ kind: 'like', attribute, pattern })
/** The event has the attribute, and it is not empty. */
export const exists = (attribute: string): Condition => ({ kind: 'exists', attribute })
/** The attribute is a number from `from` to `to`, both included. */
export const between = (attribute: string, from: number, to: number): Condition => ({
  kind: 'between',
  attribute,
  from,
  to,
})
/** One of the addresses that the request came by is in the range. */
export const fromAddress = (range: AddressRange): Condition => ({ kind: 'fromAddress', range })
/** The request was received at `since` or later and before `until`, in nanoseconds since 1970. */
export const received = (since: bigint | undefined, until: bigint | undefined): Condition => ({
  kind: 'received',
  since,
  until,
})
/** What only the bodies can say. At least one of `words` is a key that a body must have for `test` to hold. */
export const body = (words: readonly string[], test: (event: AuditEvent) => boolean): Condition => ({
  kind: 'body',
  words,
  test,
})
/** Each of `parts` holds. */
export const all = (...parts: readonly Condition[]): Condition => ({ kind: 'all', parts })
/** At least one of `parts` holds. */
export const any = (...parts: readonly Condition[]): Condition => ({ kind: 'any', parts })
/** `part` does not hold; also when the event lacks its attribute. */
export const not = (part: Condition): Condition => ({ kind: 'not', part })
