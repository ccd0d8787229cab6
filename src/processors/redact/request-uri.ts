import { findInCommand } from './command-line.ts'
import { type DecodedText, decodeQuery } from './decoded-text.ts'
import { findSecrets, rangeOf, type SecretRange, type TextRule } from './text-rules.ts'

/** A parameter whose value is secret by its name. */
const SECRET_NAME =
  /token|passw|pwd|secret|credential|api-?_?key|access-?_?key|private-?_?key|signature|^(?:auth|authorization|sig|jwt|key|pass|code)$/i
/** What a client may have a kubelet or a container run. */
const COMMAND = /^(?:command|cmd)$/

/** In a path or query, as it stands in the JSON: what may be a secret by its form, or letters and digits written as escapes. */
const SUSPICIOUS = /:\/\/|@|%40|eyJ|A[KS]IA|earer|asic|%(?:3\d|4[1-9a-f]|5[\da]|6[1-9a-f]|7[\da])|\\u00[3-7]/i
/** In a query: what may be the name of a parameter that holds one. */
const SUSPICIOUS_QUERY = /command=|cmd=|token|passw|pwd|secret|cred|key=|auth|sig|jwt|pass=|code=/i
/** What Go's encoder writes instead of &, < and >. */
const GO_ESCAPES = /\\u00(?:26|3c|3e)/g

/** Whether a request URI, as it stands in the JSON, may hold a secret. Of most that do not nothing is decoded. */
export function mayHoldSecret(uri: string): boolean {
  const text = uri.replace(GO_ESCAPES, '&')
  const query = text.search(/[?;]/)
  return SUSPICIOUS.test(text) || (query >= 0 && SUSPICIOUS_QUERY.test(text.slice(query)))
}

interface Parameter {
  readonly name: string
  readonly value: DecodedText
}

/** The secrets in a URI as ranges of bytes where it stands. */
export function findInUri(uri: DecodedText, rules: readonly TextRule[]): SecretRange[] {
  const bytes = (text: DecodedText) => (range: SecretRange) => ({
    ...range,
    from: text.at(range.from),
    to: text.at(range.to),
  })
  const found = findSecrets(uri.text, rules).map(bytes(uri))
  const command: DecodedText[] = []
  for (const { name, value } of parameters(uri)) {
    if (COMMAND.test(name)) command.push(value)
    else if (SECRET_NAME.test(name) && value.text !== '')
      found.push(bytes(value)(rangeOf(value.text, [0, value.text.length], 'parameter')))
    else found.push(...findSecrets(value.text, rules).map(bytes(value)))
  }
  return [...found, ...inArguments(command, rules).flat()]
}

function* parameters(uri: DecodedText): Generator<Parameter> {
  const start = uri.text.search(/[?;]/)
  if (start < 0) return
  for (let from = start + 1; from <= uri.text.length; ) {
    const rest = uri.text.slice(from)
    const length = rest.search(/[&;]|$/)
    const equals = rest.slice(0, length).indexOf('=')
    if (equals >= 0) {
      const name = decodeQuery(uri, from, from + equals).text
      yield { name, value: decodeQuery(uri, from + equals + 1, from + length) }
    }
    from += length + 1
  }
}

/** A range that goes over several arguments is one in each of them. */
function inArguments(command: readonly DecodedText[], rules: readonly TextRule[]): SecretRange[][] {
  const ranges = findInCommand(command.map(({ text }) => text).join('\0'), rules)
  let start = 0
  return command.map(argument => {
    const { length } = argument.text
    const own = ranges.flatMap(({ from, to, ...range }) => {
      const [first, last] = [Math.max(from - start, 0), Math.min(to - start, length)]
      return first < last ? [{ ...range, from: argument.at(first), to: argument.at(last) }] : []
    })
    start += length + 1
    return own
  })
}
