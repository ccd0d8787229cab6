/** Characters that take two cells of a terminal: East Asian scripts and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** The text in exactly `width` cells. */
export function column(text: string, width: number): string {
  return padded(shortened(text, width), width)
}

/** The text in at least `width` cells. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** The text in at most `width` cells: with … for its middle, as names differ at both ends. */
export function shortened(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  const characters = [...text]
  const head = taken(characters, Math.ceil((width - 1) / 2))
  const tail = taken(characters.toReversed(), Math.floor((width - 1) / 2))
  return `${head.join('')}…${tail.toReversed().join('')}`
}

function taken(characters: readonly string[], width: number): string[] {
  let left = width
  const end = characters.findIndex(character => {
    left -= cells(character)
    return left < 0
  })
  return characters.slice(0, end)
}

/** How many cells the text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += cells(character)
  return width
}

function cells(character: string): number {
  if (character <= '~') return 1
  if (/\p{M}/u.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
