import { exporterText, indented, PORT } from './exporter-text.ts'
import type { Plan } from './plan.ts'

/** Values for the Helm chart, `values.yaml`. */
export function valuesText({ provider, pathPrefix, filename, exporter }: Plan): string {
  const folder = pathPrefix === undefined ? '' : `logFolder: ${JSON.stringify(pathPrefix)}\n`
  const name =
    filename === undefined ? '' : `receivers: { auditLog: { filename: ${JSON.stringify(filename)} } }\n`
  return `# Values for deploy/helm/auditship.
provider: ${JSON.stringify(provider ?? '')}
${folder}image: { repository: registry.example.com/auditship } # yours: docs/kubernetes.md says how to build it
config:
${indented(name, 2)}  exporters:
${indented(exporterText(exporter, '/run/secrets/auditship'), 4)}  cluster: { name: default }
credentials: { existingSecret: auditship-credentials } # its keys are files in /run/secrets/auditship
networkPolicy: { ports: [${PORT[exporter]}] } # of the backend
`
}
