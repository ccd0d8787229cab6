import { inArguments } from './arguments.ts'
import { type DecodedText, decodeQuery } from './decoded-text.ts'
import { findInText } from './secret-text.ts'
import { findSecrets, rangeOf, type SecretRange, type TextRule } from './text-rules.ts'

/** A parameter whose value is secret by its name. */
const SECRET_NAME =
  /token|pass|pwd|secret|assertion|credential|api-?_?key|access-?_?key|private-?_?key|signature|^(?:auth|authorization|sig|jwt|key|pass|code)$/i
/** What a client may have a kubelet or a container run. */
const COMMAND = /^(?:command|cmd)$/

/** Parameters of the Kubernetes API that hold no secret: see meta/v1 ListOptions, core/v1 PodLogOptions and their like. */
const HARMLESS_NAMES = (
  'allowWatchBookmarks as container continue dryRun exact export fieldManager fieldSelector fieldValidation follow force ' +
  'gracePeriodSeconds includeObject insecureSkipTLSVerifyBackend labelSelector limit limitBytes orphanDependents ports ' +
  'pretty previous propagationPolicy resourceVersion resourceVersionMatch sendInitialEvents sinceSeconds sinceTime stderr ' +
  'stdin stdout stream tailLines timeout timeoutSeconds timestamps tty verbose watch'
)
  .split(' ')
  .map(name => Buffer.from(name))
/** By their length. */
const HARMLESS: Buffer[][] = []
for (const name of HARMLESS_NAMES) HARMLESS[name.length] = [...(HARMLESS[name.length] ?? []), name]

const [QUESTION, SEMICOLON, AMPERSAND, PERCENT, AT, COLON, SLASH, EQUALS, BACKSLASH] =
  Buffer.from('?;&%@:/=\\')

/**
 * Whether the request URI whose JSON string is at `[start, end)` may hold a secret: it has a parameter that is not known to be
 * harmless, `@`, `://`, or letters and digits written as escapes. Of others nothing is decoded, and these are nearly all.
 * What is known by its form alone is found in another way.
 */
export function mayHoldSecret(buffer: Buffer, start: number, end: number): boolean {
  let nameStart = -1
  for (let i = start + 1; i < end - 1; i++) {
    if (NOTABLE[buffer[i] ?? 0] === 0) continue
    const byte = buffer[i]
    if (byte === AT || (byte === COLON && buffer[i + 1] === SLASH && buffer[i + 2] === SLASH)) return true
    if (byte === PERCENT && isHidden(buffer[i + 1] ?? 0, buffer[i + 2] ?? 0)) return true
    if (byte === EQUALS && nameStart >= 0) {
      if (!isHarmless(buffer, nameStart, i)) return true
      nameStart = -1
    } else if (byte === QUESTION || byte === SEMICOLON || byte === AMPERSAND) nameStart = i + 1
    else if (byte === BACKSLASH) {
      // Go's encoder writes an ampersand as \u0026; of the rest only what is written otherwise is looked at.
      if (!isAt(buffer, i, AMPERSAND_ESCAPE)) return true
      nameStart = i + 6
      i += 5
    }
  }
  return false
}

const NOTABLE = new Uint8Array(256)
for (const byte of Buffer.from('?;&%@:=\\')) NOTABLE[byte] = 1

const AMPERSAND_ESCAPE = Buffer.from('\\u0026')

function isHarmless(buffer: Buffer, start: number, end: number): boolean {
  const names = HARMLESS[end - start]
  if (names === undefined) return false
  for (let n = 0; n < names.length; n++) if (isAt(buffer, start, names[n] as Buffer)) return true
  return false
}

function isAt(buffer: Buffer, at: number, text: Buffer): boolean {
  for (let i = 0; i < text.length; i++) if (buffer[at + i] !== text[i]) return false
  return true
}

/** Whether a percent-encoded byte is one that nobody has to encode, or a colon or `@`. */
function isHidden(first: number, second: number): boolean {
  return IS_HIDDEN[(HEX_DIGIT[first] ?? 0) * 16 + (HEX_DIGIT[second] ?? 0)] === 1
}

const HEX_DIGIT = new Uint8Array(256)
for (const [value, digit] of [...'0123456789abcdef'].entries())
  for (const written of digit + digit.toUpperCase()) HEX_DIGIT[written.charCodeAt(0)] = value

const IS_HIDDEN = new Uint8Array(256)
for (const byte of Buffer.from(':@-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'))
  IS_HIDDEN[byte] = 1

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
  const path = decodeQuery(uri, 0, pathEnd(uri.text))
  const found = [
    ...findSecrets(uri.text, rules).map(bytes(uri)),
    ...findSecrets(path.text, rules).map(bytes(path)),
  ]
  const command: DecodedText[] = []
  for (const { name, value } of parameters(uri)) {
    if (COMMAND.test(name)) {
      command.push(value)
      found.push(...findInText(value, [], '"'))
    } else if (SECRET_NAME.test(name) && value.text !== '')
      found.push(bytes(value)(rangeOf(value.text, [0, value.text.length], 'parameter')))
    else found.push(...findInText(value, rules, '"'))
  }
  return [...found, ...inArguments(command, rules)]
}

/** Where the query begins, or the text ends. */
function pathEnd(uri: string): number {
  const query = uri.search(/[?;]/)
  return query < 0 ? uri.length : query
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
