import { QUOTE } from '../../audit/json.ts'
import { inArguments } from './arguments.ts'
import { type DecodedText, decodeString } from './decoded-text.ts'
import type { SecretRange, TextRule } from './text-rules.ts'
import { type Path, walkJson } from './walk.ts'

/** Lists of a container that are a command line. */
const LISTS = new Set<string | number | undefined>(['command', 'args'])

/** The secrets in the commands of containers in the JSON at `start`, as ranges of bytes, with the path of each list. */
export function findInCommandLists(
  buffer: Buffer,
  start: number,
  rules: readonly TextRule[],
  path: (string | number)[],
): (SecretRange & { readonly path: Path })[] {
  const lists = new Map<number, { path: Path; command: DecodedText[] }>()
  const starts: number[] = []
  walkJson(
    buffer,
    start,
    {
      enter: (_, at) => starts.push(at),
      leave: () => starts.pop(),
      scalar(path, from, to) {
        const list = starts.at(-1)
        if (buffer[from] !== QUOTE || list === undefined || !LISTS.has(path.at(-2))) return
        const known = lists.get(list) ?? { path: path.slice(0, -1), command: [] }
        lists.set(list, known)
        known.command.push(decodeString(buffer, from, to))
      },
    },
    path,
  )
  return [...lists.values()].flatMap(({ path, command }) =>
    inArguments(command, rules).map(range => ({ ...range, path })),
  )
}
