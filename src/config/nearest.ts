/**
 * The candidate that `name` was probably meant to be, or undefined when none is close.
 * Letter case, `_` and `-` do not count, so `state_dir` finds `stateDir`.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(name)
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(wanted, plain(candidate))
    if (distance >= bestDistance || distance >= wanted.length) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

/** `unknown key; did you mean "compression"? Known keys: endpoint, compression`, of `what` and `heading`. */
export function unknownName(what: string, name: string, heading: string, known: Iterable<string>): string {
  const names = [...known]
  const meant = nearest(name, names)
  const list = `${heading}: ${names.join(', ') || 'none'}`
  if (meant === undefined) return `${what}; ${list}`
  return `${what}; did you mean "${meant}"? ${list.charAt(0).toUpperCase()}${list.slice(1)}`
}

const plain = (name: string) => name.toLowerCase().replace(/[_-]/g, '')

/** How many letters must be inserted, deleted, replaced or swapped with their neighbour (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = at(previous, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
      let distance = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, replaced)
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && swapped) distance = Math.min(distance, at(beforePrevious, column - 2) + 1)
      current.push(distance)
    }
    beforePrevious = previous
    previous = current
  }
  return at(previous, to.length)
}

const at = (row: readonly number[], column: number) => row[column] ?? 0
