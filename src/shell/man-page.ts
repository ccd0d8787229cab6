import type { DescribedCommand, DescribedOption } from './described.ts'

/** What a manual page says that the commands do not. */
export interface ManPage {
  readonly program: DescribedCommand
  readonly version: string
  /** Text below the options of commands, such as examples, by the command's name. */
  readonly notes: ReadonlyMap<string, string>
  /** Text at the end. */
  readonly after: string
}

/** A manual page of section 1 in the macros of man(7). */
export function manPage({ program, version, notes, after }: ManPage): string {
  const { name, description, options, commands } = program
  const parts = [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}" "User Commands"`,
    `.SH NAME\n${name} \\- ${plain(description)}`,
    `.SH SYNOPSIS\n.B ${name}\n.I command\n[options]`,
    `.SH OPTIONS\n${options.map(entryOf).join('\n')}`,
    '.SH COMMANDS',
    ...commands.map(command => sectionOf(command, notes.get(command.name) ?? '')),
    `.SH EXIT STATUS\n${preformatted(after)}`,
  ]
  return `${parts.join('\n')}\n`
}

function sectionOf(command: DescribedCommand, note: string): string {
  const words = command.arguments.map(({ name }) => ` [${name}]`).join('')
  const lines = [`.SS ${command.name}${words}`, plain(command.description), ...command.options.map(entryOf)]
  return [...lines, ...(note === '' ? [] : [preformatted(note)])].join('\n')
}

function entryOf({ names, details, value }: DescribedOption): string {
  const shown = names.map(name => `\\fB${plain(name)}\\fR`).join(', ')
  return `.TP\n${shown}${value === undefined ? '' : ` \\fI${plain(value.name)}\\fR`}\n${withBold(plain(details))}`
}

const preformatted = (text: string) =>
  `.PP\n.nf\n${text
    .replace(/^\n+/, '')
    .split('\n')
    .map(line => withBold(plain(line)))
    .join('\n')}\n.fi`

/** What is between backticks is bold: a manual page has no other way to set it off. */
const withBold = (text: string) => text.replaceAll(/`([^`]+)`/g, '\\fB$1\\fR')

/** Text that troff takes as it is: a backslash, a hyphen, and what would be a request at a line's start. */
function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')
    .replaceAll(
      /[^\n -~]/gu,
      character => `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    )
}
