/** A bound that a figure should keep. */
export interface Goal {
  readonly atLeast?: number
  readonly atMost?: number
}

/** Something measured that is no row of the table of throughput. */
export interface Figure {
  /** As `--only` takes it. */
  readonly scenario: string
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly goal?: Goal
}

/** Whether the value is as it should be. */
export function isMet(value: number, { atLeast, atMost }: Goal): boolean {
  return value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY)
}

/** `≥ 1.45 yes`, `≤ 100 NO`; empty without a goal. */
export function goalCell(value: number, goal: Goal | undefined): string {
  if (goal === undefined) return ''
  const { atLeast, atMost } = goal
  const bounds = [
    ...(atLeast === undefined ? [] : [`≥ ${atLeast}`]),
    ...(atMost === undefined ? [] : [`≤ ${atMost}`]),
  ]
  return `${bounds.join(', ')} ${isMet(value, goal) ? 'yes' : 'NO'}`
}

/** Three digits, or all those before the point. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(digits, 3))
}

/** The middle one of values, or the mean of the two in the middle; NaN when there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}
