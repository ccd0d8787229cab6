import { type Document, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml'
import { ConfigError, type ConfigProblem } from './problem.ts'

/** A configuration as it was written: YAML nodes that know their place in the text. */
export interface ConfigDocument {
  /** The file's name in messages. */
  readonly file: string
  readonly yaml: Document
  readonly lines: LineCounter
  /** Nodes that an override put here, with the override as it is named in messages. */
  readonly overrides: WeakMap<Node, string>
  /** Keys that are written twice: everything else can still be read and checked. */
  readonly duplicateKeys: readonly ConfigProblem[]
}

/**
 * Reads YAML text.
 * @throws ConfigError with one problem for each line that is not valid YAML
 */
export function parseConfigText(text: string, file: string): ConfigDocument {
  const lines = new LineCounter()
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const errors = [...yaml.errors, ...yaml.warnings].toSorted((a, b) => a.pos[0] - b.pos[0])
  const problem = (error: YAMLError): ConfigProblem => {
    const { line, col } = lines.linePos(error.pos[0])
    return { file, line, column: col, path: '', message: reason(error, text) }
  }
  const syntax = errors.filter(({ code }) => code !== 'DUPLICATE_KEY')
  if (syntax.length > 0) throw new ConfigError(firstOfEachLine(upToDerailment(syntax).map(problem)))
  return { file, yaml, lines, overrides: new WeakMap(), duplicateKeys: errors.map(problem) }
}

/** After a token that fits nowhere, yaml no longer knows where it is: what it says of the rest is noise. */
function upToDerailment(errors: readonly YAMLError[]): readonly YAMLError[] {
  const derailment = errors.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN')
  return derailment < 0 ? errors : errors.slice(0, derailment + 1)
}

function reason(error: YAMLError, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^\s:,}]+/.exec(text.slice(error.pos[0]))?.[0] ?? ''
    return `the key ${key} is there twice; keep one`
  }
  if (error.code === 'MULTIPLE_DOCS')
    return 'not valid YAML: expected one document, found a second one after ---'
  if (error.code === 'TAG_RESOLVE_FAILED') return 'unknown tag; put a value that begins with ! in quotes'
  // What yaml quotes after a colon is text of the file, which may be a secret.
  const message = `not valid YAML: ${error.message.replace(/(?<=\S): .*$/s, '')}`
  const unquoted = /[{[,:]\s*\$\{?$/.test(text.slice(0, error.pos[0] + 1))
  return unquoted ? `${message}; between { } or [ ] write quotes around "\${…}"` : message
}

/** One slip makes yaml report several errors; the first one of a line is the one to read. */
function firstOfEachLine(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems.filter(
    (problem, index) => problems.findIndex(({ line }) => line === problem.line) === index,
  )
}
