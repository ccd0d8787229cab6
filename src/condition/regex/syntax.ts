/** What a regular expression is made of. A set has the UTF-16 code units that fit; a repeat without `most` has no upper limit. */
export type Expression =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Expression[] }
  | {
      readonly kind: 'repeat'
      readonly part: Expression
      readonly least: number
      readonly most: number | undefined
    }

/** Ranges of UTF-16 code units, both ends included, or all but those. */
export interface CharacterSet {
  readonly ranges: readonly (readonly [first: number, last: number])[]
  readonly isNegated: boolean
}

/** Whether a code unit belongs to the set. */
export function setHas({ ranges, isNegated }: CharacterSet, unit: number): boolean {
  return ranges.some(([first, last]) => unit >= first && unit <= last) !== isNegated
}
