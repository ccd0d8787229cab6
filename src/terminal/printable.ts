/**
 * Characters that a terminal obeys instead of showing them, or shows as nothing: controls, escapes, direction marks,
 * line separators, lone surrogates, private use. Clients choose names, paths and commands, so they may stand anywhere.
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
/** Most text is: this is told faster than what each character is. */
const PLAIN = /^[ -~]*$/
const EACH_UNPRINTABLE = new RegExp(UNPRINTABLE, 'gu')
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A name in a column: as it is, or as a JSON string if it could be taken for something else; `-` when there is none. */
export function printableName(name: string | undefined): string {
  if (name === undefined || name === '') return '-'
  return /[\s"[\]]/.test(name) || UNPRINTABLE.test(name) ? printableJson(JSON.stringify(name)) : name
}

/** JSON text of the same meaning that has nothing unprintable in it. */
export const printableJson = (json: string) => printable(json)

/** The text with what is unprintable in it as JSON escapes: `\u001b`. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(EACH_UNPRINTABLE, character => character.split('').map(utf16Escape).join(''))
}

const utf16Escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A command line that a POSIX shell reads as these arguments; with something unprintable in it, bash. */
export function shellCommand(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ')
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  if (!UNPRINTABLE.test(word)) return `'${word.replaceAll("'", "'\\''")}'`
  const escaped = word.replace(/[\\']/g, '\\$&').replace(EACH_UNPRINTABLE, bashEscape)
  return `$'${escaped}'`
}

function bashEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const short = SHORT_ESCAPES[character]
  if (short !== undefined) return short
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`
}
