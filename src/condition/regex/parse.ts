import { ANY, ANY_BUT_LINE_END, CLASSES, complement, inBothCases } from './character-sets.ts'
import type { CharacterSet, Expression } from './syntax.ts'

type Ranges = CharacterSet['ranges']

const CONTROLS: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b, 0: 0 }
const QUANTIFIER = /(?:[*+?]|\{(\d{1,4})(?:(,)(\d{1,4})?)?\})/y
const GROUP = /\((?:\?:|\?<[A-Za-z_]\w*>)?/y
/** Groups within groups: the parser calls itself for each. */
const DEEPEST = 200

/**
 * Reads a regular expression as JavaScript has it, without what no automaton can do: backreferences, looking ahead or behind, `\b`.
 * Flags are `i` (ASCII letters) and `s`.
 * @throws SyntaxError with the position of what is wrong
 */
export function parseExpression(source: string, flags: string): Expression {
  const parser = new Parser(source, flags)
  const expression = parser.choice(0)
  if (parser.at < source.length) parser.fail('a ) without a (')
  return expression
}

class Parser {
  at = 0
  readonly #source: string
  readonly #foldsCase: boolean
  readonly #dot: CharacterSet

  constructor(source: string, flags: string) {
    this.#source = source
    this.#foldsCase = flags.includes('i')
    this.#dot = flags.includes('s') ? ANY : ANY_BUT_LINE_END
  }

  choice(depth: number): Expression {
    if (depth > DEEPEST) this.fail('too many groups within groups')
    const parts = [this.#sequence(depth)]
    while (this.#take('|')) parts.push(this.#sequence(depth))
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { kind: 'choice', parts }
  }

  fail(what: string, at = this.at): never {
    throw new SyntaxError(`found ${what} at its character ${at + 1}`)
  }

  #sequence(depth: number): Expression {
    const parts: Expression[] = []
    while (this.at < this.#source.length && !/[|)]/.test(this.#next)) parts.push(this.#quantified(depth))
    return { kind: 'sequence', parts }
  }

  #quantified(depth: number): Expression {
    const part = this.#atom(depth)
    const at = this.at
    const [quantifier, least, comma, most] = this.#match(QUANTIFIER) ?? []
    if (quantifier === undefined) return part
    if (part.kind === 'start' || part.kind === 'end') this.fail(`a ${quantifier} with nothing to repeat`, at)
    this.#take('?') // lazy or not: whether it fits is the same
    if (quantifier === '*') return { kind: 'repeat', part, least: 0, most: undefined }
    if (quantifier === '+') return { kind: 'repeat', part, least: 1, most: undefined }
    if (quantifier === '?') return { kind: 'repeat', part, least: 0, most: 1 }
    const from = Number(least)
    const to = comma === undefined ? from : most === undefined ? undefined : Number(most)
    if (to !== undefined && to < from) this.fail(`${quantifier}, whose numbers are out of order`, at)
    return { kind: 'repeat', part, least: from, most: to }
  }

  #atom(depth: number): Expression {
    const at = this.at
    if (this.#next === '(') return this.#group(depth)
    if (this.#next === '[') return this.#setOf(...this.#class())
    if (this.#match(QUANTIFIER) !== undefined) this.fail('a quantifier with nothing to repeat', at)
    const c = this.#take()
    if (c === '^') return { kind: 'start' }
    if (c === '$') return { kind: 'end' }
    if (c === '.') return { kind: 'set', set: this.#dot }
    if (/[\]{}]/.test(c)) this.fail(`a ${c}, write \\${c}`, at)
    return this.#setOf(c === '\\' ? this.#escape() : single(c.charCodeAt(0)), false)
  }

  #group(depth: number): Expression {
    const at = this.at
    this.#match(GROUP)
    if (this.#next === '?') this.fail(`(?, which looks ahead or behind or sets flags`, at)
    const inside = this.choice(depth + 1)
    if (!this.#take(')')) this.fail('a ( without a )', at)
    return inside
  }

  /** `[a-z\d]`. */
  #class(): [ranges: Ranges, isNegated: boolean] {
    const at = this.at++
    const isNegated = this.#take('^') !== ''
    const ranges: Ranges[number][] = []
    while (this.#next !== ']') {
      if (this.at >= this.#source.length) this.fail('a [ without a ]', at)
      const first = this.#member()
      const isRange = this.#next === '-' && this.#source[this.at + 1] !== ']'
      if (isRange) this.at++
      const last = isRange ? this.#member() : first
      if (!isRange) {
        ranges.push(...first)
        continue
      }
      const [[from, same] = [0, 1]] = first
      const [[to, alike] = [0, 1]] = last
      if (from !== same || to !== alike || from > to) this.fail('a range out of order', this.at - 1)
      ranges.push([from, to])
    }
    this.at++
    return [ranges, isNegated]
  }

  #member(): Ranges {
    if (this.at >= this.#source.length) this.fail('a [ without a ]')
    const c = this.#take()
    return c === '\\' ? this.#escape() : single(c.charCodeAt(0))
  }

  /** After the backslash. */
  #escape(): Ranges {
    const at = this.at - 1
    const code = this.#match(/x([\da-fA-F]{2})|u([\da-fA-F]{4})/y)
    if (code !== undefined) return single(Number.parseInt(code[1] ?? code[2] ?? '', 16))
    const c = this.#take()
    const ranges = CLASSES.get(c.toLowerCase())
    if (ranges !== undefined) return c === c.toLowerCase() ? ranges : complement(ranges)
    const control = Object.hasOwn(CONTROLS, c) ? CONTROLS[c] : undefined
    if (control !== undefined) return single(control)
    if (c === '' || /\w/.test(c)) this.fail(c === '' ? 'a \\ at the end' : `\\${c}`, at)
    return single(c.charCodeAt(0))
  }

  #setOf(ranges: Ranges, isNegated: boolean): Expression {
    return { kind: 'set', set: { ranges: this.#foldsCase ? inBothCases(ranges) : ranges, isNegated } }
  }

  get #next(): string {
    return this.#source.charAt(this.at)
  }

  /** Takes the next character, or `wanted` if that is next; what it took. */
  #take(wanted = this.#next): string {
    if (this.#next !== wanted) return ''
    this.at += wanted.length
    return wanted
  }

  #match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.at
    const match = sticky.exec(this.#source) ?? undefined
    if (match !== undefined) this.at = sticky.lastIndex
    return match
  }
}

const single = (unit: number): Ranges => [[unit, unit]]
