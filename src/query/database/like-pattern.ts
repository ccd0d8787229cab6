/** A pattern of `*` (any characters) and `?` (one) for SQL's LIKE, whose escape is the backslash. */
export function likePattern(pattern: string): string {
  return pattern
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_')
}
