import { toLucene } from './lucene.ts'
import { AUDIT_EVENTS, CHANGE_EVENTS, type Question } from './question.ts'

/** A reference from one saved object to another, found by its name in the object's own JSON. */
export interface Reference {
  readonly name: string
  readonly type: 'index-pattern' | 'search' | 'visualization'
  readonly id: string
}

/** A line of the file that OpenSearch Dashboards imports. */
export interface SavedObject {
  readonly id: string
  readonly type: 'index-pattern' | 'search' | 'visualization' | 'dashboard'
  readonly attributes: Readonly<Record<string, unknown>>
  readonly references: readonly Reference[]
  /** The latest change of format of the type; the same in OpenSearch Dashboards 1, 2 and 3. */
  readonly migrationVersion: Readonly<Record<string, string>>
}

/** The id of a question's saved search; those of Dashboards are shared by all who use it. */
export const searchId = (question: Question) => `auditship-search-${question.id}`

const INDEX_REFERENCE = 'kibanaSavedObjectMeta.searchSourceJSON.index'
const TIME_FIELDS = { [AUDIT_EVENTS]: '@timestamp', [CHANGE_EVENTS]: 'timestamp' }
const PATTERN_IDS = { [AUDIT_EVENTS]: 'auditship-k8s-audit', [CHANGE_EVENTS]: 'auditship-change-events' }

/** The two index patterns. Without fields: Dashboards reads them from the index. */
export function indexPatterns(): SavedObject[] {
  return ([AUDIT_EVENTS, CHANGE_EVENTS] as const).map(title => ({
    id: PATTERN_IDS[title],
    type: 'index-pattern',
    attributes: { title, timeFieldName: TIME_FIELDS[title] },
    references: [],
    migrationVersion: { 'index-pattern': '7.6.0' },
  }))
}

/** A question as what Discover opens. */
export function savedSearch(question: Question): SavedObject {
  const { title, says, columns, index } = question
  const source = {
    query: { query: toLucene(question.query), language: 'lucene' },
    filter: [],
    indexRefName: INDEX_REFERENCE,
  }
  return {
    id: searchId(question),
    type: 'search',
    attributes: {
      title: `[auditship] ${title}`,
      description: says,
      columns,
      sort: [[TIME_FIELDS[index], 'desc']],
      version: 1,
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
    },
    references: [{ name: INDEX_REFERENCE, type: 'index-pattern', id: PATTERN_IDS[index] }],
    migrationVersion: { search: '7.9.3' },
  }
}
