/** A text and all that a reader could make of it: strings of its JSON, decoded, percent-decoded and from base64. */
export function* readings(text: string): Generator<string> {
  yield text
  for (const value of strings(text)) {
    yield value
    yield value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    yield Buffer.from(value, 'base64').toString('latin1')
  }
}

/** Keys and strings of a JSON text, and of JSON texts in its strings. */
function strings(text: string): string[] {
  const found: string[] = []
  try {
    JSON.parse(text, (key, value) => {
      found.push(key, String(value))
      return value
    })
  } catch {
    return found
  }
  return found.flatMap(value => (/^\s*[[{]/.test(value) ? [value, ...strings(value)] : [value]))
}
