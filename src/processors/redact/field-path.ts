import { isDescendants, type JsonPath, stepTakes } from '../../audit/json-path.ts'
import type { Path } from './walk.ts'

/** Whether a value is at `pattern` or inside of what is. */
export function isWithin(path: Path, pattern: JsonPath): boolean {
  let states = withSkipped(pattern, new Set([0]))
  for (const key of path) {
    const next = new Set<number>()
    for (const state of states) {
      const step = pattern[state]
      if (step === undefined) return true
      if (isDescendants(step)) next.add(state)
      else if (stepTakes(step, key)) next.add(state + 1)
    }
    states = withSkipped(pattern, next)
  }
  return states.has(pattern.length)
}

/** A `**` may stand for no step at all. */
function withSkipped(pattern: JsonPath, states: Set<number>): Set<number> {
  for (const state of states) {
    const step = pattern[state]
    if (step !== undefined && isDescendants(step)) states.add(state + 1)
  }
  return states
}

/** A path as a user writes it. */
export function formatFieldPath(path: Path): string {
  return path.map(formatStep).join('').replace(/^\./, '')
}

const formatStep = (key: string | number) =>
  typeof key === 'number' ? `[${key}]` : /^[^.[\]*"]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
