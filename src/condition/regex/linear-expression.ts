import { parseExpression } from './parse.ts'
import { compileProgram, type Program, takes } from './program.ts'

/** States kept; a text that leads through more makes the automaton begin to learn anew. */
const MOST_STATES = 500

const BACKSLASH = 0x5c

/** Where the automaton can be at once, and where each ASCII character leads from there. */
interface State {
  readonly steps: readonly number[]
  readonly isMatch: boolean
  readonly isMatchAtEnd: boolean
  /** Nothing was begun, and nothing can begin any more: every character leads back here. */
  readonly isStuck: boolean
  readonly after: (State | undefined)[]
}

/**
 * A regular expression whose time grows with the length of the text and with nothing else: a client chooses what is
 * matched, and one `(a+)+$` of JavaScript's would let it stop the agent. It runs all ways through the expression at a time
 * and remembers where they led (a lazily built deterministic automaton).
 */
export class LinearExpression {
  readonly #program: Program
  readonly #states = new Map<string, State>()
  #first: State | undefined

  /** @throws SyntaxError that says what was found and where */
  constructor(source: string, flags = '') {
    this.#program = compileProgram(parseExpression(source, flags))
  }

  /** Whether the expression fits anywhere in the text. */
  test(text: string): boolean {
    this.#first ??= this.#state([], true)
    let state = this.#first
    for (let i = 0; i < text.length; i++) {
      if (state.isMatch) return true
      if (state.isStuck) return state.isMatchAtEnd
      const unit = text.charCodeAt(i)
      state = (unit < 128 ? state.after[unit] : undefined) ?? this.#step(state, unit)
    }
    return state.isMatch || state.isMatchAtEnd
  }

  /** The same of a JSON string's content as bytes; undefined when it has to be decoded first. */
  testBytes(b: Uint8Array, from: number, to: number): boolean | undefined {
    this.#first ??= this.#state([], true)
    let state = this.#first
    for (let i = from; i < to; i++) {
      if (state.isMatch) return true
      if (state.isStuck) return state.isMatchAtEnd
      const unit = b[i] ?? BACKSLASH
      if (unit > 127 || unit === BACKSLASH) return undefined
      state = state.after[unit] ?? this.#step(state, unit)
    }
    return state.isMatch || state.isMatchAtEnd
  }

  #step(state: State, unit: number): State {
    const { steps } = this.#program
    const reached = state.steps.flatMap(number => {
      const step = steps[number]
      return takes(step, unit) ? [step.next] : []
    })
    const after = this.#state(reached, false)
    if (unit < 128) state.after[unit] = after
    return after
  }

  /** The state of being at any of these steps, or at the begin of the expression, which may fit anywhere. */
  #state(reached: readonly number[], atStart: boolean): State {
    const found = this.#closure([...reached, this.#program.first], atStart)
    const steps = [...found].sort((a, b) => a - b)
    const key = `${atStart ? '^' : ''}${steps}`
    const known = this.#states.get(key)
    if (known !== undefined) return known
    if (this.#states.size >= MOST_STATES) this.#forget()
    const state: State = {
      steps,
      isMatch: steps.some(number => this.#program.steps[number]?.kind === 'match'),
      isMatchAtEnd: this.#matchesAtEnd(steps, atStart),
      isStuck:
        !atStart &&
        reached.length === 0 &&
        steps.every(number => this.#program.steps[number]?.kind !== 'take'),
      after: new Array(128).fill(undefined),
    }
    this.#states.set(key, state)
    return state
  }

  /** The states that others lead to are gone with them. */
  #forget(): void {
    for (const { after } of this.#states.values()) after.fill(undefined)
    this.#states.clear()
    this.#first = undefined
  }

  /** All steps that can be reached without taking a character. */
  #closure(from: readonly number[], atStart: boolean, atEnd = false): Set<number> {
    const reached = new Set<number>()
    const waiting = [...from]
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      if (reached.has(number)) continue
      reached.add(number)
      const step = this.#program.steps[number]
      if (step?.kind === 'split') waiting.push(step.next, step.other)
      else if ((step?.kind === 'start' && atStart) || (step?.kind === 'end' && atEnd)) waiting.push(step.next)
    }
    return reached
  }

  #matchesAtEnd(steps: readonly number[], atStart: boolean): boolean {
    const ends = this.#closure(steps, atStart, true)
    return [...ends].some(number => this.#program.steps[number]?.kind === 'match')
  }
}
