import type { Argument, Command, Option } from 'commander'

/** A value that an option or an argument takes. */
export interface DescribedValue {
  readonly name: string
  /** What a shell offers for it; `other`: nothing. */
  readonly kind: 'file' | 'folder' | 'other'
  /** The values it takes, or the usual ones; empty when they are not known. */
  readonly choices: readonly string[]
}

/** An option of a command. */
export interface DescribedOption {
  /** `-c` and `--config`. */
  readonly names: readonly string[]
  readonly description: string
  /** The description with its default and all values it takes. */
  readonly details: string
  /** Undefined when it takes none. */
  readonly value: DescribedValue | undefined
}

/** A command, or the program, as commander knows it. */
export interface DescribedCommand {
  readonly name: string
  readonly description: string
  readonly options: readonly DescribedOption[]
  readonly arguments: readonly (DescribedValue & { readonly description: string })[]
  readonly commands: readonly DescribedCommand[]
}

/** What commander knows of a command and those below it. */
export function described(command: Command): DescribedCommand {
  const help = command.createHelp()
  return {
    name: command.name(),
    description: command.description(),
    options: help
      .visibleOptions(command)
      .map(option => describedOption(option, help.optionDescription(option))),
    arguments: command.registeredArguments.map(argument => ({
      ...describedValue(argument.name(), argument),
      description: argument.description,
    })),
    commands: command.commands.map(described),
  }
}

function describedOption(option: Option, details: string): DescribedOption {
  const names = [option.short, option.long].filter(name => name !== undefined)
  const value = /[<[](.+?)(?:\.{3})?[>\]]/.exec(option.flags)?.[1]
  return {
    names,
    description: option.description,
    details,
    value: value === undefined ? undefined : describedValue(value, option),
  }
}

function describedValue(name: string, { argChoices }: Pick<Option | Argument, 'argChoices'>): DescribedValue {
  const kind = /^(file|path)$/.test(name) ? 'file' : name === 'folder' ? 'folder' : 'other'
  return { name, kind, choices: argChoices ?? [] }
}
