/** Whether the text has a `*` or `?` in it. */
export const isGlob = (text: string) => /[*?]/.test(text)

/**
 * Whether the whole text fits a pattern of `*` (any characters, none too) and `?` (one). Takes at most the product of
 * both lengths: after a `*` only the last one is tried again.
 */
export function globFits(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    const c = pattern.charCodeAt(p)
    if (c === STAR) {
      star = p++
      resume = t
    } else if (c === QUESTION_MARK) {
      p++
      t += isPair(text, t) ? 2 : 1
    } else if (c === text.charCodeAt(t)) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern.charCodeAt(p) === STAR) p++
  return p === pattern.length
}

/** Whether two units of UTF-16 make one character there. */
const isPair = (text: string, t: number) => (text.codePointAt(t) ?? 0) > 0xffff

const STAR = 0x2a
const QUESTION_MARK = 0x3f
