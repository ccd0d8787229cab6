import type { Path } from './path.ts'

/** What is wrong with the configuration, and where. */
export interface ConfigProblem {
  /** The file as the user named it, or `--set a.b=…` when an override is at fault. */
  readonly file: string
  /** Counted from 1, as `column` is; undefined when the problem is not at a place in the text. */
  readonly line: number | undefined
  readonly column: number | undefined
  /** `exporters.otlp.compression`; empty for a problem of the whole file. */
  readonly path: string
  /** What was expected, what was found, what to do. Never holds a secret. */
  readonly message: string
}

/** A problem before it is known where in the text its path is. */
export interface PathProblem {
  readonly path: Path
  readonly message: string
  /** The key itself is wrong, not its value. */
  readonly atKey?: boolean
}

/** The configuration cannot be used. `problems` has all that is wrong with it, in the order of the text. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join('\n'), options)
    this.problems = problems
  }
}

/** `audit.yaml:12:5: exporters.otlp.compresion: unknown key; …` */
export function formatProblem(problem: ConfigProblem): string {
  const place = [problem.file, problem.line, problem.column].filter(part => part !== undefined).join(':')
  return [place, problem.path, problem.message].filter(part => part !== '').join(': ')
}

/** Sorts by line and column; problems without a line go last. */
export function inTextOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const line = (problem: ConfigProblem) => problem.line ?? Number.MAX_SAFE_INTEGER
  return problems.toSorted((a, b) => line(a) - line(b) || (a.column ?? 0) - (b.column ?? 0))
}
