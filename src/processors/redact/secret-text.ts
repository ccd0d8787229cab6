import { QUOTE } from '../../audit/json.ts'
import { decodeString } from './decoded-text.ts'
import { type Edit, edited, outermost } from './edits.ts'
import { hidden } from './hidden.ts'
import type { Replacement } from './replacement.ts'
import { findSecretValues } from './secret-values.ts'
import { type Path, walkJson } from './walk.ts'

/**
 * A text that is JSON of a Secret itself, such as the annotation of what kubectl applied last, without what is secret in it;
 * of one that is YAML nothing. Undefined when there is nothing secret.
 */
export function withoutSecretObjects(text: string, replacement: Replacement): string | undefined {
  if (!/Secret|TokenRe/.test(text)) return undefined
  const json = /^\s*[[{"]/.test(text) ? inJson(text, replacement) : undefined
  if (json !== undefined) return json
  const isManifest =
    /\bkind["']?\s{0,8}:\s{0,8}["']?Secret/.test(text) && /\b(?:data|stringData)["']?\s{0,8}:/.test(text)
  return isManifest ? replacement(text) : undefined
}

function inJson(text: string, replacement: Replacement): string | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  const buffer = Buffer.from(text)
  const edits: Edit[] = []
  const hide = (_: Path, start: number, end: number) =>
    edits.push(hidden(buffer, start, end, replacement, '', ''))
  findSecretValues(buffer, 0, 'any', hide)
  // Each level of nesting doubles the escapes, so that there are few.
  walkJson(buffer, 0, {
    scalar: (_, start, end) => {
      if (buffer[start] !== QUOTE) return
      const inner = withoutSecretObjects(decodeString(buffer, start, end).text, replacement)
      if (inner !== undefined) edits.push({ start, end, text: JSON.stringify(inner), rule: '', where: '' })
    },
  })
  return edits.length === 0 ? undefined : edited(buffer, 0, buffer.length, outermost(edits)).toString()
}
