import { exporterText, indented } from './exporter-text.ts'
import { logPathOf, type Plan } from './plan.ts'

/** The agent's configuration, `auditship.yaml`. */
export function configurationText(plan: Plan): string {
  const { exporter, notes } = plan
  return `# The configuration of auditship. \`auditship components\` lists all options, \`auditship validate\` says what is wrong.
${notes.map(note => `# ${note}\n`).join('')}receivers:
  auditLog:
${indented(placeText(plan), 4)}    # startAt: end # begin with what is written after the first start, not with what is there
# processors:
#   filter: { noise: true } # drops heartbeats and the like, never a write, a session or a refusal
exporters:
${indented(exporterText(exporter, '/etc/auditship'), 2)}cluster:
  name: default # the resource attribute k8s.cluster.name
service:
  stateDir: /var/lib/auditship # checkpoints and dead letters, of this process alone
`
}

function placeText(plan: Plan): string {
  const { provider, pathPrefix, filename } = plan
  const settings = { provider, pathPrefix, filename }
  const lines = Object.entries(settings).filter(([, value]) => value !== undefined)
  return `${lines.map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join('')}# the log is ${logPathOf(plan)}\n`
}
