import { nearest } from '../config/nearest.ts'
import { all, type Condition } from '../query/condition.ts'
import { type FilterOptions, filterCondition, WrongFilter } from '../query/filters.ts'
import { FORMATS, type Format } from '../query/output/format.ts'
import type { TableStyle } from '../query/output/table.ts'
import type { Question } from '../query/question.ts'
import { QUESTIONS } from '../query/questions.ts'
import { styleOfStdout } from './stdout-style.ts'

/** The options of `auditship query`, as commander gives them. */
export interface QueryOptions extends FilterOptions {
  readonly file?: readonly string[]
  readonly provider?: string
  readonly pathPrefix?: string
  readonly filename?: string
  readonly url?: string
  readonly stateDir?: string
  readonly limit?: string
  readonly output?: string
  readonly follow?: boolean
  /** False for `--no-pager`. */
  readonly pager: boolean
}

/** What is asked, understood. */
export interface Query {
  readonly question: Question
  readonly condition: Condition
  readonly format: Format
  /** Most rows of the answer; undefined for all of them. */
  readonly limit: number | undefined
  readonly style: TableStyle
  readonly pager: boolean
}

/** The query of a command line. @throws WrongFilter that says what of it is wrong */
export function understood(
  name: string | undefined,
  argument: string | undefined,
  options: QueryOptions,
): Query {
  const question = QUESTIONS.find(candidate => candidate.name === name)
  if (question === undefined) throw new WrongFilter(noQuestion(name))
  if ((question.argument === undefined) !== (argument === undefined)) {
    const usage = `auditship query ${question.name}${question.argument === undefined ? '' : ` ${question.argument}`}`
    const problem =
      argument === undefined ? `${question.argument} is missing` : `${question.name} takes no ${argument}`
    throw new WrongFilter(`${problem}: expected ${usage}`)
  }
  const format = FORMATS.find(candidate => candidate === (options.output ?? 'table'))
  if (format === undefined)
    throw new WrongFilter(`--output: expected ${FORMATS.join(', ')}; found ${options.output}`)
  return {
    question,
    condition: all(question.condition(argument ?? ''), filterCondition(options, Date.now())),
    format,
    limit: limitOf(options.limit, question),
    style: styleOfStdout(),
    pager: options.pager,
  }
}

function noQuestion(name: string | undefined): string {
  const names = QUESTIONS.map(question => question.name)
  const known = `expected one of ${names.join(', ')}`
  if (name === undefined) return `which question? ${known}`
  const meant = nearest(name, names)
  return `no question ${name}${meant === undefined ? '' : `; did you mean ${meant}?`} ${known}`
}

function limitOf(text: string | undefined, question: Question): number | undefined {
  if (text === undefined) return question.limit
  if (!/^\d{1,9}$/.test(text)) throw new WrongFilter(`--limit: expected a number of rows; found ${text}`)
  return Number(text) === 0 ? undefined : Number(text)
}
