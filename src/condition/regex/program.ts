import { type CharacterSet, type Expression, setHas } from './syntax.ts'

/** The largest program: more states would cost memory at every step. */
const MOST_STEPS = 2000

/** One step of a nondeterministic automaton; `next` and `other` are numbers of steps. */
export type Step =
  | { readonly kind: 'take'; readonly set: CharacterSet; readonly next: number }
  | { readonly kind: 'split'; readonly next: number; readonly other: number }
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'match' }

/** An automaton, built from its end to its begin. */
export interface Program {
  readonly steps: readonly Step[]
  readonly first: number
}

/** @throws SyntaxError when it takes too many steps, as `(a{1000}){1000}` does */
export function compileProgram(expression: Expression): Program {
  const steps: Step[] = [{ kind: 'match' }]
  const add = (step: Step): number => {
    if (steps.length >= MOST_STEPS) throw new SyntaxError('found one that is too large: repeat less')
    return steps.push(step) - 1
  }
  const before = (part: Expression, next: number): number => {
    switch (part.kind) {
      case 'set':
        return add({ kind: 'take', set: part.set, next })
      case 'start':
      case 'end':
        return add({ kind: part.kind, next })
      case 'sequence':
        return part.parts.reduceRight((after, inner) => before(inner, after), next)
      case 'choice':
        return part.parts
          .map(inner => before(inner, next))
          .reduceRight((other, first) => add({ kind: 'split', next: first, other }))
      case 'repeat':
        return repeated(part.part, part.least, part.most, next)
    }
  }
  const repeated = (part: Expression, least: number, most: number | undefined, next: number): number => {
    let entry = next
    if (most === undefined) {
      entry = add({ kind: 'match' }) // its place: the loop leads back to it
      steps[entry] = { kind: 'split', next: before(part, entry), other: next }
    } else {
      for (let i = least; i < most; i++)
        entry = add({ kind: 'split', next: before(part, entry), other: next })
    }
    for (let i = 0; i < least; i++) entry = before(part, entry)
    return entry
  }
  const first = before(expression, 0)
  return { steps, first }
}

/** Whether a step takes a code unit. */
export function takes(step: Step | undefined, unit: number): step is Step & { kind: 'take' } {
  return step?.kind === 'take' && setHas(step.set, unit)
}
