const ITEMS = '"items":['
/** What may stand before the items: how long it took, and that there were no errors. */
const LONGEST_HEAD = 64
/** An item that has no error. */
const ITEM = /\{"(?:create|update)":\{[^{}\\]*\}\}/y

/**
 * The answer to a bulk, when all went well: its items are alike, and one that repeats the text of the one before is not
 * parsed again but is the same object. Undefined for every other text, which may still be such an answer.
 * @throws SyntaxError when it is no JSON
 */
export function alikeItems(text: string): unknown {
  const head = text.slice(0, LONGEST_HEAD).indexOf(ITEMS) + ITEMS.length
  if (head < ITEMS.length || !text.endsWith(']}')) return undefined
  const items: unknown[] = []
  let last = ''
  let item: unknown
  for (let at = head; ; at++) {
    if (last === '' || !text.startsWith(last, at)) {
      ITEM.lastIndex = at
      last = ITEM.exec(text)?.[0] ?? ''
      if (last === '') return undefined
      item = JSON.parse(last)
    }
    items.push(item)
    at += last.length
    if (text[at] === ',') continue
    if (text[at] !== ']' || at + 2 !== text.length) return undefined
    return { ...(JSON.parse(`${text.slice(0, head)}]}`) as object), items }
  }
}
