import { COMPONENTS } from '../../src/components.ts'
import { describeComponents, describeOptions, type OptionDescription } from '../../src/config/describe.ts'
import { attributesSchema, frameSchema, pipelinesSchema, SECTIONS } from '../../src/config/frame.ts'
import { testsSchema } from '../../src/config/tests.ts'

const TITLES = { receivers: 'Receivers', processors: 'Processors', exporters: 'Exporters' } as const

/** docs/configuration.md. */
export function configurationPage(): string {
  const frame = describeOptions(frameSchema({ receivers: [], processors: [], exporters: [] }, COMPONENTS))
  const listing = describeComponents(COMPONENTS)
  const service = frame.filter(({ name }) => name.startsWith('service.'))
  const resource = frame.filter(({ name }) => name.startsWith('cluster.') || name === 'resource')
  const components = SECTIONS.map(
    section =>
      `## ${TITLES[section]}\n\n${listing[section].map(component => `### \`${component.type}\`\n\n${prose(component.description)}\n\n${table(component.options)}`).join('\n')}`,
  )
  return `# Configuration

This page is made from the schemas that check configurations: \`npm run docs\`. \`auditship components\` prints the part about components, \`auditship validate --config FILE\` says everything that is wrong with a file.

\`\`\`yaml
${EXAMPLE}\`\`\`

Components stand under their type, or \`type/name\` where there are several of a type; \`{}\` takes the defaults. \`\${env:NAME}\`, \`\${env:NAME:-default}\` and \`\${file:/path}\` are replaced in every value. Durations are written \`500ms\`, \`30s\`, \`5m\`, \`1h\`, \`7d\`, sizes \`64KiB\`, \`5MiB\`, \`1GB\`. A \`secret\` is hidden wherever the configuration is shown. \`--set a.b=value\` overrides one setting.

${components.join('\n')}
## Attributes

${table(inMap(describeOptions(attributesSchema, 'attributes.'), 'attributes.add', describeOptions(attributesSchema.shape.add.unwrap().valueType, 'attributes.add.NAME.')))}
All attributes: [attributes.md](attributes.md).

## Cluster and resource

${table(resource)}
## Service

${table(inMap(service, 'service.pipelines', describeOptions(pipelinesSchema.valueType, 'service.pipelines.NAME.')))}
## Tests

\`auditship test --config FILE\` runs them; [filter.md](filter.md) shows some.

${table(describeOptions(testsSchema.element, 'tests[].'))}`
}

/** A configuration that has each part; a test validates it. */
const EXAMPLE = `receivers:
  auditLog: { provider: k3s }
processors:
  filter: { noise: true }
exporters:
  otlp: { endpoint: http://otel-collector:4318 }
  otlp/archive: { endpoint: https://archive.example.com, compression: zstd }
attributes: { exclude: [request_uri] }
cluster: { name: prod }
service:
  stateDir: /var/lib/auditship
  pipelines: # left out, all of the above would be one pipeline
    live: { receivers: [auditLog], processors: [filter], exporters: [otlp] }
    archive: { receivers: [auditLog], exporters: [otlp/archive] }
`

/** The options of a map's values after the map itself. */
function inMap(options: readonly OptionDescription[], map: string, values: readonly OptionDescription[]) {
  return options.flatMap(option => (option.name === map ? [option, ...values] : [option]))
}

function table(options: readonly OptionDescription[]): string {
  if (options.length === 0) return 'It has no options.\n'
  const rows = options.map(({ name, type, required, default: fallback, description }) => {
    const value = required ? requirement(name) : fallback === undefined ? '' : code(fallback)
    return `| \`${name}\` | ${escaped(type)} | ${value} | ${escaped(description)} |`
  })
  return `| option | type | default | |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

/** An option of a part that may be left out is required only with it. */
function requirement(name: string): string {
  const part = /^(.*[a-zA-Z])\.\w+$/.exec(name)?.[1]
  return part === undefined || part.endsWith('NAME') ? 'required' : `required with \`${part}\``
}

const prose = (text: string) =>
  `${text.replace(/\.$/, '').replace('docs/filter.md', '[filter.md](filter.md)')}.`.replaceAll('<', '&lt;')
const code = (text: string) => `\`${escaped(text)}\``
const escaped = (text: string) => text.replaceAll('|', '\\|')
