import type { JsonPath } from '../../audit/json-path.ts'
import { PathFinder } from './field-path.ts'
import { type Path, walkJson } from './walk.ts'

/** A path of the user's, and how it is written. */
export interface ChosenPath {
  readonly text: string
  readonly path: JsonPath
}

/**
 * Walks the JSON value at `start`, which stands at the path `at` or is put there by a patch, and calls `visit` for each scalar:
 * with the chosen path, as it is written, at or within which it is.
 */
export function walkChosen(
  buffer: Buffer,
  start: number,
  at: Path,
  paths: readonly ChosenPath[],
  visit: (path: Path, from: number, to: number, chosen: string | undefined) => void,
): void {
  const finders = paths.map(({ text, path }) => ({ text, finder: new PathFinder(path, at) }))
  const visitor = {
    enter: (path: Path) => {
      for (const { finder } of finders) finder.enter(path.at(-1))
    },
    leave: () => {
      for (const { finder } of finders) finder.leave()
    },
    scalar: (path: Path, from: number, to: number) => {
      const chosen = finders.find(({ finder }) => finder.isWithin(path.at(-1) ?? ''))
      visit(path, from, to, chosen?.text)
    },
  }
  walkJson(buffer, start, visitor, [...at])
}
