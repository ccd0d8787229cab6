import { extname, join } from 'node:path'

/** A file of a log: the one being written, or one that was rotated away. */
export interface LogFile {
  readonly path: string
  readonly name: string
  readonly live: boolean
  readonly compressed: boolean
  /** A `.gz` next to its source: it may still be being written. */
  readonly besideSource: boolean
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/**
 * The rotated files of the log `live` among `names`, the oldest first. Knows
 * lumberjack's `audit-2006-01-02T15-04-05.000.log` (k8s.io/apiserver's own rotation; times are UTC),
 * logrotate's `audit.log.1` (the highest number is the oldest) and its `dateext`: `audit.log-20060102`, `audit-20060102.log`,
 * `audit.log.2006-01-02`;
 * each also with `.gz`. A log that has a date in its own name, one for each day, is itself compressed when its day is over.
 */
export function rotatedFiles(folder: string, live: string, names: readonly string[]): LogFile[] {
  const all = new Set(names)
  const ageOf = agesFor(live)
  return names
    .map(name => ({ name, age: ageOf(name) }))
    .filter(({ age }) => age !== undefined)
    .sort((a, b) => (a.age ?? '').localeCompare(b.age ?? '', 'en') || a.name.localeCompare(b.name, 'en'))
    .map(({ name }) => {
      const compressed = name.endsWith('.gz')
      const besideSource = compressed && all.has(name.slice(0, -3))
      return { path: join(folder, name), name, live: false, compressed, besideSource }
    })
}

/**
 * Names of live files that `name` may be a rotated file of, by its form, the longest first. There may be several:
 * `audit-20260101-20260102.log` is one of `audit-20260101.log` and of `audit.log`.
 */
export function liveNamesOf(name: string): string[] {
  const plain = name.replace(/\.gz$/, '')
  const extension = extname(plain)
  const beginnings = [...plain.matchAll(/[-.]/g)].map(({ index }) => plain.slice(0, index))
  const candidates = new Set([plain, ...beginnings.flatMap(beginning => [beginning + extension, beginning])])
  return [...candidates]
    .filter(live => live !== '' && live !== name && agesFor(live)(name) !== undefined)
    .sort((a, b) => b.length - a.length)
}

const DATE = '((?:19|20)\\d\\d-?\\d\\d-?\\d\\d(?:[-_T.]?\\d+)*)'

/** Those of `names` that begin as the log `live` does and are no name of a rotated file of it, such as `audit.log.old`. */
export function unknownNames(live: string, names: readonly string[]): string[] {
  const ageOf = agesFor(live)
  return names.filter(name => name.startsWith(live) && name !== live && ageOf(name) === undefined)
}

/** Gives each rotated file's name a key that sorts the oldest first; undefined for other names. */
function agesFor(live: string): (name: string) => string | undefined {
  const extension = extname(live)
  const stem = literal(live.slice(0, live.length - extension.length))
  const dated = new RegExp(
    `^(?:${stem}[-.]${DATE}${literal(extension)}|${literal(live)}[-.]${DATE})(?:\\.gz)?$`,
  )
  const numbered = new RegExp(`^${literal(live)}\\.(\\d{1,9})(?:\\.gz)?$`)
  const isDated = new RegExp(`[-.]${DATE}(?:${literal(extension)})?$`).test(live)
  return name => {
    if (isDated && name === `${live}.gz`) return '2'
    const byDate = dated.exec(name)
    if (byDate !== null) return `0 ${(byDate[1] ?? byDate[2] ?? '').replace(/\D/g, '')}`
    const number = numbered.exec(name)?.[1]
    return number === undefined ? undefined : `1 ${String(1e9 - Number(number)).padStart(10, '0')}`
  }
}
