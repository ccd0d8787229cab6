/** Whether the text has a `*` or `?` in it. */
export const isGlob = (text: string) => /[*?]/.test(text)

/** The expression that fits what a pattern of `*` (any characters) and `?` (one) means; upper and lower case differ. */
export function globExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\/]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'su')
}

/** The same pattern for SQL's LIKE, whose escape is the backslash. */
export function likePattern(pattern: string): string {
  return pattern
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_')
}
