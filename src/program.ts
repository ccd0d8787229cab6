import { Command, CommanderError } from 'commander'
import { examplesText } from './commands/examples.ts'
import { EXIT } from './commands/exit-code.ts'
import type { Asked } from './commands/query-help.ts'
import { argumentOf, choiceOf, withConfig, withFilters } from './commands/shared-options.ts'
import { EXPORTERS, POLICIES } from './init/plan.ts'
import { ownVersion } from './package.ts'
import { PROVIDERS } from './receivers/audit-log/provider-presets.ts'
import { checkCpu } from './wasm/instance.ts'

const EXIT_CODES = `
Exit codes:
  0  done; \`run\`: stopped by SIGTERM or SIGINT
  1  something failed; \`doctor\` found an error; \`test\`: a test did; \`run --once\`: stopped before it was done; \`setup\`: the user lacks a right
  2  the command line is wrong
  3  the configuration is wrong
  4  \`replay\`: some dead letters could still not be delivered
  5  \`doctor\`: warnings, no error`

// Each command is imported when it runs: starting the agent must not pay for the others.
function program(asked: Asked | undefined): Command {
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
    .addOption(choiceOf('--provider <name>', 'Kubernetes distribution', PROVIDERS))
    .addOption(choiceOf('--exporter <name>', 'where events go', EXPORTERS))
    .addOption(choiceOf('--policy <name>', 'which of examples/policies', POLICIES).default('baseline'))
    .option('--dir <folder>', 'where to write', '.')
    .option('--from-opni <file>', "take over an Opni resource's kubeAuditLogs, instead of --provider")
    .option('--force', 'overwrite files that are there')
    .action(async options => exitWith((await import('./commands/init.ts')).init(options)))
  withConfig(
    auditship
      .command('doctor')
      .description('Find out why no events appear, with the commands that repair it.'),
    'AUDITSHIP_CONFIG, else /etc/auditship/auditship.yaml',
  )
    .addOption(
      choiceOf(
        '--provider <name>',
        'Kubernetes distribution; default: as configured, else what is installed',
        PROVIDERS,
      ),
    )
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
      .addArgument(
        argumentOf('<exporter>', 'exporters of this type, or the one of this id, such as postgres/second', [
          'opensearch',
          'postgres',
        ]),
      ),
  )
    .option('--dry-run', 'print what would be sent; change nothing')
    .action(async (exporter, options) =>
      exitWith((await import('./commands/setup.ts')).setup(exporter, options)),
    )
  auditship
    .command('components')
    .description('List receivers, processors and exporters with their options.')
    .addOption(choiceOf('--format <format>', 'how it is written', ['text', 'json']).default('text'))
    .action(async options => exitWith((await import('./commands/components.ts')).components(options)))
  withFilters(
    auditship
      .command('query')
      .description(
        'Answer a question about an audit log: who opened a shell where, who read secrets, what was refused …',
      )
      .addArgument(argumentOf('[question]', 'see below', asked?.names ?? []))
      .argument('[name]', 'of whom or what, where the question needs it')
      .addHelpText('after', asked?.help ?? ''),
  ).action(async (question, name, options) =>
    exitWith((await import('./commands/query.ts')).query(question, name, options)),
  )
  auditship
    .command('quickstart')
    .description('Show what happened in a real audit log, or in your own, and follow it.')
    .option('-f, --file <path>', 'your own audit log')
    .action(async options => exitWith((await import('./commands/quickstart.ts')).quickstart(options)))
  auditship
    .command('completion')
    .description('Print a script that completes commands and options in a shell.')
    .addArgument(argumentOf('<shell>', 'whose script', ['bash', 'zsh']))
    .action(async shell => exitWith((await import('./commands/completion.ts')).completion(shell, auditship)))
  auditship
    .command('man')
    .description('Print the manual page.')
    .action(async () => exitWith((await import('./commands/man.ts')).man(auditship, EXIT_CODES)))
  for (const command of auditship.commands) command.addHelpText('after', examplesText(command.name()))
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
    checkCpu()
    // Questions take long to load.
    const isAbout = /^(query|completion|man)$/.test(process.argv[2] ?? '')
    const asked = isAbout ? (await import('./commands/query-help.ts')).ASKED : undefined
    await program(asked).parseAsync()
  } catch (error) {
    process.exitCode = await explain(error)
  }
}
