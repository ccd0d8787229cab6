const BACKSLASH = 0x5c
const QUOTE = 0x22
/** Sets the bit in which `[` differs from `{`, and `]` from `}`. */
const BRACE_BIT = 0x20
const OPEN = 0x7b
const CLOSE = 0x7d

/** An escape of NUL or of half a surrogate pair may be in it; a backslash before it may mean that it is none. */
const SUSPECT = /\\u(?:0000|[dD][89a-fA-F])/
/** Deeper JSON may use up the stack of the server, whose limit is a setting, or of the embedded one. */
const DEEPEST = 1_000

/** Whether `jsonb` is likely to refuse this line, which is valid JSON: for a NUL, half a surrogate pair or its depth. `text` is the line decoded. */
export function isUnusableJson(line: Buffer, text: string): boolean {
  return (SUSPECT.test(text) && hasUnstorableText(text)) || depthOf(line) > DEEPEST
}

function hasUnstorableText(text: string): boolean {
  // JSON.stringify escapes NUL, and halves of pairs exactly where they stand alone.
  return /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(JSON.stringify(JSON.parse(text)))
}

function depthOf(line: Buffer): number {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < line.length; i++) {
    const byte = line[i] as number
    if (byte === QUOTE) i = endOfString(line, i)
    else if ((byte | BRACE_BIT) === OPEN) deepest = Math.max(deepest, ++depth)
    else if ((byte | BRACE_BIT) === CLOSE) depth--
  }
  return deepest
}

/** Index of the quote that closes the string opened at `i`. */
function endOfString(line: Buffer, i: number): number {
  let end = line.indexOf(QUOTE, i + 1)
  while (end > 0 && isEscaped(line, end)) end = line.indexOf(QUOTE, end + 1)
  return end < 0 ? line.length : end
}

function isEscaped(line: Buffer, quote: number): boolean {
  let backslashes = 0
  while (line[quote - 1 - backslashes] === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}
