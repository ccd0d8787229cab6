import { readFile } from 'node:fs/promises'
import { readFailure } from './read.ts'

/** Where a substituted value came from; `file` when any part of it is from a file. */
export type Origin = 'env' | 'file'

/** A string of the configuration after substitution. */
export interface Substituted {
  readonly text: string
  /** Undefined when nothing was substituted. */
  readonly origin: Origin | undefined
  /** The string was one substitution and nothing else. */
  readonly whole: boolean
  /** What could not be substituted; the text is then of no use. */
  readonly problems: readonly string[]
}

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>

const MARK = /\$\$|\$\{([^}]*)\}|\$\{/g

/**
 * Replaces `${env:NAME}`, `${env:NAME:-default}` (when unset or empty) and `${file:/path}` (one newline at the
 * end is dropped); `$$` is a `$`. What was put in is not looked at again.
 */
export async function substitute(source: string, env: Env): Promise<Substituted> {
  const problems: string[] = []
  const marks = [...source.matchAll(MARK)]
  let origin: Origin | undefined
  let text = ''
  let end = 0
  for (const mark of marks) {
    text += source.slice(end, mark.index)
    end = mark.index + mark[0].length
    if (mark[0] === '$$') {
      text += '$'
      continue
    }
    const part = await resolve(mark[1] ?? '', env)
    if ('problem' in part) problems.push(part.problem)
    else text += part.text
    if (origin !== 'file') origin = mark[1]?.startsWith('file:') ? 'file' : 'env'
  }
  const whole = marks.length === 1 && marks[0]?.[0] === source
  return { text: text + source.slice(end), origin, whole, problems }
}

async function resolve(reference: string, env: Env): Promise<{ text: string } | { problem: string }> {
  if (reference.startsWith('file:/')) return readText(reference.slice('file:'.length))
  const [, name, fallback] = /^env:([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(reference) ?? []
  if (name === undefined) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
    const forms = '${env:NAME}, ${env:NAME:-default} or ${file:/path}'
    // The reference is not shown: this may be a password with "${" in it.
    return { problem: `"\${" begins a substitution: expected ${forms}; write $$ for a "$"` }
  }
  const value = env[name]
  if (fallback !== undefined) return { text: value || fallback }
  if (value !== undefined) return { text: value }
  return { problem: `the environment variable ${name} is not set; set it, or write \${env:${name}:-default}` }
}

async function readText(path: string): Promise<{ text: string } | { problem: string }> {
  try {
    return { text: (await readFile(path, 'utf8')).replace(/\r?\n$/, '') }
  } catch (error) {
    return { problem: `cannot read the file ${path}: ${readFailure(error)}` }
  }
}
