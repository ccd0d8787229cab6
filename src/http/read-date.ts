/** A `Date` header in milliseconds since 1970; undefined when there is none or it is no date. */
export function readDate(header: string | undefined): number | undefined {
  const time = Date.parse(header ?? '')
  return Number.isNaN(time) ? undefined : time
}
