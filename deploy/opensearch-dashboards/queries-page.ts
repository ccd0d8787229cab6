import { toLucene } from './lucene.ts'
import { PRIVILEGED_PODS_INDEX, privilegedPods } from './privileged-pods.ts'
import { toQueryDsl } from './query-dsl.ts'
import { CHANGE_EVENTS, type Question } from './question.ts'
import { QUESTIONS } from './questions.ts'

const INTRODUCTION = `# Queries

The questions people ask of an audit log, as searches of what the \`opensearch\` exporter writes: audit events in the data stream \`k8s-audit\`, and one document for each request for interactive access in the index \`change_events\`.

Send a query by curl:

    curl "$OPENSEARCH/k8s-audit*/_search?size=100" -H 'content-type: application/json' -d @query.json

or paste its Lucene line into the search bar of OpenSearch Dashboards. All of them come as saved searches, with two dashboards; import the file under Dashboards Management → Saved objects, or by

    curl -X POST "$DASHBOARDS/api/saved_objects/_import?overwrite=true" -H 'osd-xsrf: true' --form file=@deploy/opensearch-dashboards/auditship.ndjson

- A hit is an audit event, not a request: what lasts (watch, exec, log) has one at its start and one at its end. RequestReceived is left out, the same request is there again with its answer; only a request whose answer was never logged is lost to these searches.
- Bodies (\`event.requestObject\`, \`event.responseObject\`) are kept, not indexed: they cannot be searched, except by a script that reads them, as in [Privileged pods](#privileged-pods).
- All of it is what the audit policy records. At level Metadata there are no bodies; a rule with \`level: None\` leaves nothing.
- Data streams and indices with other names (\`dataStream\`, \`changeEvents\`) want other names here, and in the two index patterns in Dashboards.
- Attributes that the configuration excludes are missing here too. A name of over 8,191 characters is not indexed.

This page and the saved searches are made from one list, [deploy/opensearch-dashboards/questions.ts](../deploy/opensearch-dashboards/questions.ts), by \`npx node deploy/opensearch-dashboards/generate.ts\`.
`

const PRIVILEGED_PODS = `## Privileged pods

Pods and templates that were written with a privileged container, the node's network, processes or IPC, or a volume of its disk (\`hostPath\`); init and ephemeral containers too. Needs OpenSearch 2.15 or later and an audit policy with level Request or RequestResponse for them. The script runs on each hit of the rest: narrow the time down. It does not see JSON patches (lists of operations) unless the answer is recorded as well. An event that is kept as text (\`event_text\`) is found whatever it says: its JSON, with a key twice or deeper than 1,000, cannot be read by a script, and may have been written so to hide.
`

/** docs/queries.md. */
export function queriesPage(): string {
  const sections = QUESTIONS.map(section)
  const privileged = `${PRIVILEGED_PODS}\n${jsonBlock(PRIVILEGED_PODS_INDEX, privilegedPods())}`
  const firstAboutSessions = QUESTIONS.findIndex(({ index }) => index === CHANGE_EVENTS)
  return [INTRODUCTION, ...sections.toSpliced(firstAboutSessions, 0, privileged)].join('\n')
}

function section(question: Question): string {
  const { title, says, index, query, aggregations } = question
  const body = {
    query: toQueryDsl(query),
    ...(aggregations !== undefined && { aggs: aggregations }),
    sort: [{ [index === CHANGE_EVENTS ? 'timestamp' : '@timestamp']: 'desc' }],
  }
  return `## ${title}\n\n${says}\n\n    ${toLucene(query)}\n\n${jsonBlock(index, body)}`
}

/** The sentence before it says where to send it. */
function jsonBlock(index: string, body: object): string {
  return `In \`${index}\`:\n\n\`\`\`json\n${formatted(body)}\n\`\`\`\n`
}

const WIDTH = 110

/** JSON with a line for each part that would not fit on one. */
function formatted(value: unknown, indent = ''): string {
  const line = oneLine(value)
  if (indent.length + line.length <= WIDTH || typeof value !== 'object' || value === null) return line
  const deeper = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map(item => formatted(item, deeper))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${formatted(item, deeper)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${parts.map(part => deeper + part).join(',\n')}\n${indent}${close}`
}

function oneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`)
  return `{ ${members.join(', ')} }`
}
