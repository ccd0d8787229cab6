import type { ExporterName } from './plan.ts'

/** What an exporter's configuration says, with what could be said as comments. @param secrets folder of credentials */
export function exporterText(exporter: ExporterName, secrets: string): string {
  switch (exporter) {
    case 'otlp':
      return `otlp:
  endpoint: http://otel-collector.monitoring:4318 # base URL of an OTLP/HTTP receiver
  # bearerTokenFile: ${secrets}/token
  # tls: { caFile: ${secrets}/ca.pem }
  # compression: zstd # gzip by default
`
    case 'opensearch':
      return `opensearch:
  endpoints: [https://opensearch.logging:9200]
  username: auditship
  passwordFile: ${secrets}/opensearch-password
  # tls: { caFile: ${secrets}/ca.pem }
  # dataStream: k8s-audit-{cluster} # one for each cluster
  # setup: { retentionDays: 365 } # 90 by default
  # layout: opni # documents as Opni writes them
`
    case 'postgres':
      return `postgres:
  url: postgres://auditship@db.example.com:5432/audit # without it, a PostgreSQL embedded in the agent
  passwordFile: ${secrets}/postgres-password
  # events: all # every audit event, not interactive access alone
  # retentionDays: 90 # with \`events: all\`, how long those are kept
`
  }
}

/** The port that the exporter's backend listens on, as `exporterText` has it. */
export const PORT: Readonly<Record<ExporterName, number>> = { otlp: 4318, opensearch: 9200, postgres: 5432 }

/** A text with each line that is not empty moved to the right. */
export const indented = (text: string, spaces: number) => text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces))
