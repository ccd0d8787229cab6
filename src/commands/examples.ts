/** Examples below the options of `auditship COMMAND --help`, by command; those of `query` are with its questions. */
export const EXAMPLES: Readonly<Record<string, readonly (readonly [command: string, does: string])[]>> = {
  run: [
    ['auditship run --config auditship.yaml', 'until SIGTERM; takes up a changed file by itself'],
    ['auditship run --config auditship.yaml --once', 'what is there, then exit'],
    ['auditship run -c auditship.yaml --set exporters.otlp.compression=zstd', 'one setting otherwise'],
  ],
  validate: [['auditship validate --config auditship.yaml', 'all problems at once, with line and column']],
  'print-config': [['auditship print-config --config auditship.yaml', 'with defaults; secrets are hidden']],
  test: [
    ['auditship test --config config/filtered.yaml', 'runs its `tests`'],
    ['auditship test -c auditship.yaml --input examples/audit.log', 'what becomes of each of these events'],
  ],
  init: [
    ['auditship init --provider k3s --exporter otlp', 'four files, and what to do with them'],
    ['auditship init --provider rke2 --exporter opensearch --policy compliance --dir rke2', 'in a folder'],
    ['auditship init --from-opni collector.yaml', 'what an Opni collector reads'],
  ],
  doctor: [
    ['auditship doctor', 'on a control-plane node: is auditing on, and what is recorded'],
    ['auditship doctor --config auditship.yaml', 'also the agent, its checkpoint and its backends'],
    ['auditship doctor --root /host --json', 'in a container, with / of the node mounted there'],
  ],
  replay: [
    ['auditship replay --config auditship.yaml', 'with the agent stopped, once the cause is repaired'],
  ],
  setup: [
    ['auditship setup opensearch --config config/opensearch.yaml --dry-run', 'prints the requests'],
    ['auditship setup postgres --config config/postgres.yaml', 'makes the tables'],
  ],
  components: [
    ['auditship components', 'all options of a configuration'],
    ['auditship components --format json', 'for programs'],
  ],
  quickstart: [
    ['auditship quickstart', 'a real audit log that is bundled'],
    ['auditship quickstart --file /var/lib/rancher/k3s/server/logs/audit.log', 'your own'],
  ],
  completion: [
    ['source <(auditship completion bash)', 'in ~/.bashrc'],
    ['source <(auditship completion zsh)', 'in ~/.zshrc, after compinit'],
  ],
  man: [['auditship man | man -l -', 'reads it at once']],
}

/** The examples of a command as text; empty when it has none. */
export function examplesText(command: string): string {
  const examples = EXAMPLES[command] ?? []
  if (examples.length === 0) return ''
  const width = Math.max(...examples.map(([example]) => example.length))
  const lines = examples.map(([example, does]) => `  ${example.padEnd(width)}  ${does}`)
  return `\nExamples:\n${lines.join('\n')}`
}
