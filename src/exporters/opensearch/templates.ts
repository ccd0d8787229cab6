import { CHANGE_EVENTS_MAPPING } from './change-events-mapping.ts'
import { type JsonObject, type Marked, markFor } from './managed.ts'
import { installedName } from './names.ts'
import type { OpenSearchOptions } from './options.ts'

/** A template as set-up installs it. */
export interface Template {
  /** Its kind and name, for people. */
  readonly what: string
  readonly path: string
  readonly body: Marked
  /** Where the answer to a GET of it has it. */
  readonly place: readonly (string | number)[]
  /** Each agent adds the fields of its resource attributes. */
  readonly isShared: boolean
}

/** Of templates whose patterns both match, the one with more characters wins: two of one priority are refused. */
const PRIORITY = 200

/** The templates of the data stream of audit events, in the order in which they need each other. */
export function dataStreamTemplates(
  pattern: string,
  mapping: Marked,
  setup: OpenSearchOptions['setup'],
): readonly Template[] {
  const name = installedName(pattern)
  const [mappings, settings] = [`${name}-mappings`, `${name}-settings`]
  return [
    componentTemplate(mappings, { mappings: mapping }, mapping._meta),
    componentTemplate(settings, { settings: indexSettings(setup) }),
    indexTemplate(name, pattern, { data_stream: {}, composed_of: [mappings, settings] }),
  ]
}

/** The template of the index of change events, which types its fields also after someone has deleted it. */
export function changeEventsTemplate(pattern: string, setup: OpenSearchOptions['setup']): Template {
  const template = { settings: indexSettings(setup), mappings: CHANGE_EVENTS_MAPPING }
  return indexTemplate(installedName(pattern), pattern, { template })
}

/** Settings as OpenSearch answers them: strings. */
export function indexSettings({ shards, replicas }: OpenSearchOptions['setup']): JsonObject {
  return { index: { number_of_shards: `${shards}`, number_of_replicas: `${replicas}` } }
}

function componentTemplate(name: string, template: JsonObject, mark = markFor(template)): Template {
  return {
    what: `component template ${name}`,
    path: `/_component_template/${encodeURIComponent(name)}`,
    body: { _meta: mark, template },
    place: ['component_templates', 0, 'component_template'],
    isShared: 'mappings' in template,
  }
}

function indexTemplate(name: string, pattern: string, content: JsonObject): Template {
  const body = { index_patterns: [pattern], priority: PRIORITY + pattern.length, ...content }
  return {
    what: `index template ${name}`,
    path: `/_index_template/${encodeURIComponent(name)}`,
    body: { _meta: markFor(body), ...body },
    place: ['index_templates', 0, 'index_template'],
    isShared: false,
  }
}
