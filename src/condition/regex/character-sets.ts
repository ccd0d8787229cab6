import type { CharacterSet } from './syntax.ts'

type Ranges = CharacterSet['ranges']

const DIGITS: Ranges = [[0x30, 0x39]]
const WORD: Ranges = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]]
const SPACE: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]
const LINE_ENDS: Ranges = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]

/** `.`: anything but the end of a line; with the flag `s` anything. */
export const ANY_BUT_LINE_END: CharacterSet = { ranges: LINE_ENDS, isNegated: true }
export const ANY: CharacterSet = { ranges: [], isNegated: true }

/** What `\d`, `\w`, `\s` mean, by their letter. */
export const CLASSES: ReadonlyMap<string, Ranges> = new Map([
  ['d', DIGITS],
  ['w', WORD],
  ['s', SPACE],
])

/** All code units but those in `ranges`. */
export function complement(ranges: Ranges): Ranges {
  const gaps: [number, number][] = []
  let from = 0
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (first > from) gaps.push([from, first - 1])
    from = Math.max(from, last + 1)
  }
  if (from <= 0xffff) gaps.push([from, 0xffff])
  return gaps
}

/** The ranges with the other case of every ASCII letter in them. */
export function inBothCases(ranges: Ranges): Ranges {
  const others = ranges.flatMap(range => [
    shifted(range, 0x41, 0x5a, 0x20),
    shifted(range, 0x61, 0x7a, -0x20),
  ])
  return [...ranges, ...others.filter(range => range !== undefined)]
}

function shifted(
  [first, last]: readonly [number, number],
  from: number,
  to: number,
  by: number,
): [number, number] | undefined {
  const [low, high] = [Math.max(first, from), Math.min(last, to)]
  return low > high ? undefined : [low + by, high + by]
}
