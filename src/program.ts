import { Command, CommanderError } from 'commander'
import { EXIT } from './commands/exit-code.ts'
import { ownVersion } from './package.ts'

const EXIT_CODES = `
Exit codes:
  0  done; \`run\`: stopped by SIGTERM or SIGINT
  1  something failed; \`doctor\` found an error; \`test\`: a test did; \`run --once\`: stopped before it was done; \`setup\`: the user lacks a right
  2  the command line is wrong
  3  the configuration is wrong
  4  \`replay\`: some dead letters could still not be delivered
  5  \`doctor\`: warnings, no error`

const collect = (value: string, before: string[] = []) => [...before, value]

/** Options of every command that reads a configuration. */
function withConfig(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration (YAML); default: AUDITSHIP_CONFIG')
    .option('--set <a.b=value>', 'override one setting; may be given several times', collect)
    .option('-f, --file <path>', 'read this audit log instead of the one configured for auditLog')
}

/** Options of `query`: where to look, what to leave out, how to show it. */
function withFilters(command: Command): Command {
  return command
    .option('-f, --file <path...>', 'audit logs: plain, .gz, a pattern in quotes, - for stdin')
    .option(
      '--provider <name>',
      'the log of k3s, rke2, rke or kubeadm on this machine, with its rotated files',
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
    .option('-o, --output <format>', 'table, json, ndjson or csv', 'table')
    .option('--follow', 'go on and show what happens; begins now, or at --since')
    .option('--no-pager', 'do not show long answers through PAGER (less)')
}

// Each command is imported when it runs: starting the agent must not pay for the others.
function program(queryHelp: string): Command {
  const auditship = new Command('auditship')
    .description('Ships Kubernetes audit logs without losing an event.')
    .version(ownVersion())
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
  const exitWith = async (code: Promise<number>) => {
    process.exitCode = await code
  }

  withConfig(auditship.command('run').description('Follow the audit log and deliver its events.'))
    .option('--once', 'deliver what is there, rotated backups included, then exit')
    .action(async options => exitWith((await import('./commands/run.ts')).run(options)))
  withConfig(auditship.command('validate').description('Say whether a configuration can be used.')).action(
    async options => exitWith((await import('./commands/validate.ts')).validate(options)),
  )
  withConfig(
    auditship.command('print-config').description('Print the configuration in force; secrets are hidden.'),
  ).action(async options => exitWith((await import('./commands/validate.ts')).printConfiguration(options)))
  withConfig(
    auditship
      .command('test')
      .description('Run the tests of a configuration, or try events on it; starts and sends nothing.'),
  )
    .option('--input <file>', 'show what becomes of these events, one a line; - for stdin')
    .option('--pipeline <name>', 'try them on this pipeline instead of the first')
    .option('--json', 'one JSON object a line')
    .action(async options => exitWith((await import('./commands/test.ts')).test(options)))
  auditship
    .command('init')
    .description('Write a configuration, an audit policy, settings for the API server and values for Helm.')
    .option('--provider <name>', 'k3s, rke2, rke or kubeadm')
    .option('--exporter <name>', 'otlp, opensearch or postgres')
    .option('--policy <name>', 'which of examples/policies', 'baseline')
    .option('--dir <folder>', 'where to write', '.')
    .option('--from-opni <file>', "take over an Opni resource's kubeAuditLogs, instead of --provider")
    .option('--force', 'overwrite files that are there')
    .action(async options => exitWith((await import('./commands/init.ts')).init(options)))
  withConfig(
    auditship
      .command('doctor')
      .description('Find out why no events appear, with the commands that repair it.'),
  )
    .option('--provider <name>', 'k3s, rke2, rke or kubeadm; default: as configured, else what is installed')
    .option('--root <folder>', "where the node's / is mounted, in a container", '/')
    .option('--json', 'findings as JSON')
    .action(async options => exitWith((await import('./commands/doctor.ts')).doctor(options)))
  withConfig(auditship.command('replay').description('Send the events of the dead-letter files again.'))
    .option('--pipeline <name>', 'only those of this pipeline')
    .action(async options => exitWith((await import('./commands/replay.ts')).replayCommand(options)))
  withConfig(
    auditship
      .command('setup')
      .description('Install what exporters need in their backends: templates, retention, indices, tables.')
      .argument('<exporter>', 'type or id of exporters in the configuration: opensearch, postgres'),
  )
    .option('--dry-run', 'print what would be sent; change nothing')
    .action(async (exporter, options) =>
      exitWith((await import('./commands/setup.ts')).setup(exporter, options)),
    )
  auditship
    .command('components')
    .description('List receivers, processors and exporters with their options.')
    .option('--format <format>', 'text or json', 'text')
    .action(async options => exitWith((await import('./commands/components.ts')).components(options)))
  withFilters(
    auditship
      .command('query')
      .description(
        'Answer a question about an audit log: who opened a shell where, who read secrets, what was refused …',
      )
      .argument('[question]', 'see below')
      .argument('[name]', 'of whom or what, where the question needs it')
      .addHelpText('after', queryHelp),
  ).action(async (question, name, options) =>
    exitWith((await import('./commands/query.ts')).query(question, name, options)),
  )
  auditship
    .command('quickstart')
    .description('Show what happened in a real audit log, or in your own, and follow it.')
    .option('-f, --file <path>', 'your own audit log')
    .action(async options => exitWith((await import('./commands/quickstart.ts')).quickstart(options)))
  return auditship
}

/** One line a problem for people; a stack only for what should never happen. */
async function explain(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  const { ConfigError } = await import('./config/problem.ts')
  if (error instanceof ConfigError) {
    console.error(error.message)
    return EXIT.config
  }
  const { describe } = await import('./pipeline/health.ts')
  console.error(process.env.AUDITSHIP_DEBUG ? error : `auditship: ${describe(error)}`)
  return EXIT.failed
}

/** Runs the command line; sets `process.exitCode`. */
export async function main(): Promise<void> {
  try {
    const isQuery = process.argv[2] === 'query'
    const queryHelp = isQuery ? (await import('./commands/query-help.ts')).queryHelp() : ''
    await program(queryHelp).parseAsync()
  } catch (error) {
    process.exitCode = await explain(error)
  }
}
