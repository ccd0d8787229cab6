import type { Query } from './query.ts'

/** The query in OpenSearch's query DSL: what stands behind `query` in the body of `_search`. */
export function toQueryDsl(query: Query): object {
  switch (query.kind) {
    case 'is': {
      const [first, ...more] = query.values
      return more.length === 0
        ? { term: { [query.field]: first } }
        : { terms: { [query.field]: query.values } }
    }
    case 'startsWith':
      return { prefix: { [query.field]: query.prefix } }
    case 'contains':
      return { wildcard: { [query.field]: `*${query.text.replaceAll(/[*?\\]/g, '\\$&')}*` } }
    case 'exists':
      return { exists: { field: query.field } }
    case 'between':
      return { range: { [query.field]: { gte: query.from, lte: query.to } } }
    case 'atLeast':
      return { range: { [query.field]: { gte: query.value } } }
    case 'any':
      return { bool: { should: query.parts.map(toQueryDsl), minimum_should_match: 1 } }
    case 'all':
      return allOf(query.parts)
    case 'not':
      return allOf([query])
  }
}

function allOf(parts: readonly Query[]): object {
  const filter = parts.filter(part => part.kind !== 'not').map(toQueryDsl)
  const mustNot = parts.flatMap(part => (part.kind === 'not' ? [toQueryDsl(part.part)] : []))
  return { bool: { ...(filter.length > 0 && { filter }), ...(mustNot.length > 0 && { must_not: mustNot }) } }
}
