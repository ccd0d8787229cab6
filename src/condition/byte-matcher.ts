import type { AttributeDefinition } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Field } from '../audit/fields.ts'
import {
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACKET,
  QUOTE,
  STRING_STOP,
  skipString,
  skipValue,
} from '../audit/json.ts'
import { isGlob } from './glob.ts'
import type { Matcher } from './matcher-type.ts'
import type { LinearExpression } from './regex/linear-expression.ts'
import { meets, type ValueTest } from './value-test.ts'

/** ASCII that JSON need not escape. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** The test of an attribute on the bytes of its field, where that will do: decoding costs ten times as much. */
export function byteMatcher({ field, kind }: AttributeDefinition, test: ValueTest): Matcher | undefined {
  if (field === undefined) return undefined
  if (kind === 'string[]') return elementMatcher(field, test)
  if (kind === 'int' && test.kind === 'number') return numberMatcher(field, test.fits)
  if (kind !== 'string') return undefined
  if (test.kind === 'text' && PLAIN.test(test.text)) return event => event.textIs(field, test.text)
  if (test.kind === 'expression') return expressionMatcher(field, test.expression)
  return test.kind === 'glob' && PLAIN.test(test.pattern) ? endsMatcher(field, test.pattern) : undefined
}

function numberMatcher(field: Field, fits: (value: number) => boolean): Matcher {
  return event => {
    const value = event.integer(field)
    return value !== undefined && fits(value)
  }
}

function expressionMatcher(field: Field, expression: LinearExpression): Matcher {
  return event => {
    if (!event.isText(field)) return false
    const { buffer } = event
    const fits = expression.testBytes(buffer, event.startOf(field) + 1, event.endOf(field) - 1)
    return fits ?? expression.test(event.text(field) ?? '')
  }
}

/** `system:node:*` asks for a start only, `*-lease` for an end. */
function endsMatcher(field: Field, pattern: string): Matcher | undefined {
  const [prefix, suffix] = [pattern.slice(0, -1), pattern.slice(1)]
  if (pattern.endsWith('*') && !isGlob(prefix)) return event => event.textStartsWith(field, prefix)
  return pattern.startsWith('*') && !isGlob(suffix) ? event => endsWith(event, field, suffix) : undefined
}

function endsWith(event: AuditEvent, field: Field, suffix: string): boolean {
  if (!event.isText(field)) return false
  if (event.hasEscapes(field)) return event.text(field)?.endsWith(suffix) === true
  // There is no quote in it, so that it ends where the string begins.
  return hasTextAt(event.buffer, event.endOf(field) - 1 - suffix.length, suffix)
}

function hasTextAt(b: Buffer, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (b[at + i] !== text.charCodeAt(i)) return false
  return true
}

/** Whether one of a list fits. */
function elementMatcher(field: Field, test: ValueTest): Matcher | undefined {
  const fits = elementTest(test)
  if (fits === undefined) return undefined
  return event => {
    const { buffer } = event
    let i = event.startOf(field)
    if (i < 0 || buffer[i] !== OPEN_BRACKET) return false
    for (i++; buffer[i] !== CLOSE_BRACKET; ) {
      const start = i
      if (buffer[i] === QUOTE) {
        i++
        while (STRING_STOP[buffer[i] ?? 0] === 0) i++
        if (buffer[i] === QUOTE) {
          if (fits(buffer, start + 1, i++)) return true
        } else {
          i = skipString(buffer, start)
          if (meets(test, JSON.parse(buffer.toString('utf8', start, i)))) return true
        }
      } else if (buffer[i] === COMMA || (buffer[i] ?? 0) <= 0x20) i++
      else i = skipValue(buffer, i)
    }
    return false
  }
}

function elementTest(test: ValueTest): ((b: Buffer, from: number, to: number) => boolean) | undefined {
  if (test.kind === 'addresses') return (b, from, to) => test.range.hasBytes(b, from, to)
  if (test.kind !== 'text' || !PLAIN.test(test.text)) return undefined
  return (b, from, to) => to - from === test.text.length && hasTextAt(b, from, test.text)
}
