import { findInCommand } from './command-line.ts'
import type { DecodedText } from './decoded-text.ts'
import type { SecretRange, TextRule } from './text-rules.ts'

/** The secrets in a command, each argument of which stands somewhere else, as ranges of bytes: one that goes over several arguments is one in each of them. */
export function inArguments(command: readonly DecodedText[], rules: readonly TextRule[]): SecretRange[] {
  const ranges = findInCommand(command.map(({ text }) => text).join('\0'), rules).toSorted(
    (a, b) => a.from - b.from,
  )
  const found: SecretRange[] = []
  let start = 0
  let next = 0
  for (const argument of command) {
    const end = start + argument.text.length
    while (next < ranges.length && (ranges[next]?.to ?? 0) <= start) next++
    for (let i = next; i < ranges.length && (ranges[i]?.from ?? 0) < end; i++) {
      const { from, to, ...range } = ranges[i] as SecretRange
      const [first, last] = [Math.max(from, start) - start, Math.min(to, end) - start]
      if (first < last) found.push({ ...range, from: argument.at(first), to: argument.at(last) })
    }
    start = end + 1
  }
  return found
}
