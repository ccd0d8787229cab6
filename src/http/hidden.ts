/** Shorter ones stand in any text by chance. */
const SHORTEST_HIDDEN = 4

/** Words of header values, such as the token after `Bearer`, that are long enough to be told from other text. */
export function secretWords(values: readonly string[]): string[] {
  const words = values.flatMap(value => [value, ...value.split(/\s+/)])
  return [...new Set(words)]
    .filter(word => word.length >= SHORTEST_HIDDEN)
    .sort((a, b) => b.length - a.length)
}

/** A text with no secret in it: servers like to quote the token they refuse. */
export function withoutWords(words: readonly string[], text: string): string {
  return words.reduce((shown, word) => shown.replaceAll(word, '<hidden>'), text)
}
