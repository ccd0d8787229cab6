import { ATTRIBUTES, type AttributeDefinition } from '../../src/audit/attributes.ts'

/** docs/attributes.md. */
export function attributesPage(): string {
  const [always, optional] = [true, false].map(on => ATTRIBUTES.filter(attribute => attribute.default === on))
  return `# Attributes

This page is made from the table of attributes: \`npm run docs\`.

Each event leaves with these, as attributes of the OTLP log record, fields of the OpenSearch document, and columns of \`audit_events\` (without \`k8s.auditlog.\`, dots as \`_\`). What an event does not have is left out. The event itself is the record's body, the document's \`event\`, the column \`event\`.

${table(always ?? [])}
## Off by default

Turned on by name: \`attributes: { include: [user.uid] }\`. \`exclude\` leaves others out, \`add\` takes your own from annotations and any JSON path: [filter.md](filter.md).

${table(optional ?? [])}`
}

function table(attributes: readonly AttributeDefinition[]): string {
  const rows = attributes.map(({ name, kind, mapping, access, description }) => {
    const when = access === undefined ? '' : 'interactive access'
    return `| \`${name}\` | ${kind} | ${mapping} | ${when} | ${description} |`
  })
  return `| attribute | type | in OpenSearch | only on | |\n|---|---|---|---|---|\n${rows.join('\n')}\n`
}
