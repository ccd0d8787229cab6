import { Argument, type Command, Option } from 'commander'
import { PROVIDERS } from '../receivers/audit-log/provider-presets.ts'

const collect = (value: string, before: string[] = []) => [...before, value]

/** An option with the values it takes, for help and shells; which value is wrong is the command's to say. */
export function choiceOf(flags: string, description: string, choices: readonly string[]): Option {
  const option = new Option(flags, description)
  option.argChoices = [...choices]
  return option
}

/** An argument with the values it takes, or the usual ones, for help and shells. */
export function argumentOf(name: string, description: string, choices: readonly string[]): Argument {
  const argument = new Argument(name, description)
  argument.argChoices = [...choices]
  return argument
}

/** Options of every command that reads a configuration. */
export function withConfig(command: Command, usual = 'AUDITSHIP_CONFIG'): Command {
  return command
    .option('-c, --config <file>', `configuration (YAML); default: ${usual}`)
    .option('--set <a.b=value>', 'override one setting; may be given several times', collect)
    .option('-f, --file <path>', 'read this audit log instead of the one configured for auditLog')
}

/** Options of `query`: where to look, what to leave out, how to show it. */
export function withFilters(command: Command): Command {
  return command
    .option('-f, --file <path...>', 'audit logs: plain, .gz, a pattern in quotes, - for stdin')
    .addOption(
      choiceOf(
        '--provider <name>',
        'the log of a provider on this machine, with its rotated files',
        PROVIDERS,
      ),
    )
    .option('--path-prefix <folder>', 'folder of the log, with its rotated files')
    .option('--filename <name>', 'name of the log in it, or a pattern')
    .option('--url <url>', 'PostgreSQL that the postgres exporter fills; default: DATABASE_URL')
    .option(
      '--state-dir <folder>',
      'of an agent, with its embedded PostgreSQL; default: .auditship, /var/lib/auditship',
    )
    .option('--since <time>', 'requests received since: 2026-05-04T10:00:00Z, 2026-05-04, or 30m, 2h, 7d ago')
    .option('--until <time>', 'requests received before')
    .option('--user <name>', 'by this user or in its name; * and ? are wildcards', collect)
    .option('-n, --namespace <name>', 'for this namespace; * and ? are wildcards', collect)
    .option('--name <name>', 'for the object, pod or node of this name; * and ? are wildcards', collect)
    .option('--verb <verb>', 'with this verb', collect)
    .option('--code <code>', 'answered with this status: 403, 4xx', collect)
    .option('--source-ip <address>', 'from this address or network: 10.0.0.7, 10.0.0.0/8, fd00::/8', collect)
    .option('--limit <rows>', 'only the newest rows, of a summary the first; 0: all')
    .addOption(
      choiceOf('-o, --output <format>', 'how answers look', ['table', 'json', 'ndjson', 'csv']).default(
        'table',
      ),
    )
    .option('--follow', 'go on and show what happens; begins now, or at --since')
    .option('--no-pager', 'do not show long answers through PAGER (less)')
}
