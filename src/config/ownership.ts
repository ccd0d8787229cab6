import { type ComponentTypes, type Frame, SECTIONS, typeOf } from './frame.ts'
import type { PathProblem } from './problem.ts'

/** Components that would write the same file, or own the same of something else. */
export function ownershipProblems(data: Frame, types: ComponentTypes): PathProblem[] {
  const owners = new Map<string, string>()
  return SECTIONS.flatMap(section =>
    Object.entries(data[section]).flatMap(([id, options]) => {
      const type = types[section].find(candidate => candidate.type === typeOf(id))
      const owned = type?.owns?.(options)
      if (owned === undefined) return []
      const key = `${section} ${typeOf(id)} ${owned}`
      const owner = owners.get(key)
      owners.set(key, owner ?? id)
      const message = `expected ${owned} for itself, found that ${owner} has it too; name one of them in both pipelines`
      return owner === undefined ? [] : [{ path: [section, id], message, atKey: true }]
    }),
  )
}
