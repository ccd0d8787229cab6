const ESCAPED_BY_GO = /[&<>\u2028\u2029]/g

/** JSON as Go's encoder writes it: `&`, `<`, `>` and the two line separators escaped, all else as UTF-8. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(ESCAPED_BY_GO, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
