import { QUESTIONS } from '../query/questions.ts'

const EXAMPLES = `
Examples:
  auditship query exec --provider k3s                        who got into what, on a k3s server
  auditship query exec --file audit.log --user eve
  auditship query secrets --file 'audit*.log*' --since 2h    rotated and compressed files too
  auditship query user alice --file audit.log --output csv
  auditship query denied --provider rke2 --follow            as it happens
  zcat audit-*.gz | auditship query top --file -

Filters given several times mean any of them; different filters mean all of them.`

/** What `query` can be asked. */
export interface Asked {
  /** The questions and examples, below the options of `auditship query --help`. */
  readonly help: string
  /** Names of the questions. */
  readonly names: readonly string[]
}

export const ASKED: Asked = { help: queryHelp(), names: QUESTIONS.map(({ name }) => name) }

function queryHelp(): string {
  const names = QUESTIONS.map(({ name, argument }) => (argument === undefined ? name : `${name} ${argument}`))
  const width = Math.max(...names.map(({ length }) => length))
  const lines = QUESTIONS.map(({ help }, i) => `  ${(names[i] ?? '').padEnd(width)}  ${help}`)
  return `\nQuestions:\n${lines.join('\n')}\n${EXAMPLES}`
}
