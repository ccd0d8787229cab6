/** A value that a field is compared with. */
export type Value = string | number | boolean

/** A condition on documents, of which both Lucene's query syntax and the query DSL are made. */
export type Query =
  | { readonly kind: 'is'; readonly field: string; readonly values: readonly Value[] }
  | { readonly kind: 'startsWith'; readonly field: string; readonly prefix: string }
  | { readonly kind: 'contains'; readonly field: string; readonly text: string }
  | { readonly kind: 'exists'; readonly field: string }
  | { readonly kind: 'between'; readonly field: string; readonly from: Value; readonly to: Value }
  | { readonly kind: 'atLeast'; readonly field: string; readonly value: number }
  | { readonly kind: 'all'; readonly parts: readonly Query[] }
  | { readonly kind: 'any'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }

/** The field, or one of its values, is one of `values`. */
export const is = (field: string, ...values: readonly Value[]): Query => ({ kind: 'is', field, values })
/** The field begins with `prefix`. */
export const startsWith = (field: string, prefix: string): Query => ({ kind: 'startsWith', field, prefix })
/** The field has `text` in it. Slow on many documents: every value is looked at. */
export const contains = (field: string, text: string): Query => ({ kind: 'contains', field, text })
/** The document has the field. */
export const exists = (field: string): Query => ({ kind: 'exists', field })
/** The field, or one of its values, lies between the two, themselves included. */
export const between = (field: string, from: Value, to: Value): Query => ({
  kind: 'between',
  field,
  from,
  to,
})
/** The field is no less than `value`. */
export const atLeast = (field: string, value: number): Query => ({ kind: 'atLeast', field, value })
/** Each of `parts` holds. */
export const all = (...parts: readonly Query[]): Query => ({ kind: 'all', parts })
/** At least one of `parts` holds. */
export const any = (...parts: readonly Query[]): Query => ({ kind: 'any', parts })
/** `part` does not hold; also when the document lacks its field. */
export const not = (part: Query): Query => ({ kind: 'not', part })
