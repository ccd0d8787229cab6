import type { Query, Value } from './query.ts'

/** The query in Lucene's syntax, as Dashboards' search bar and `query_string` take it. */
export function toLucene(query: Query): string {
  switch (query.kind) {
    case 'is':
      return `${query.field}:${oneOf(query.values.map(literal))}`
    case 'startsWith':
      return `${query.field}:${escaped(query.prefix)}*`
    case 'contains':
      return `${query.field}:*${escaped(query.text)}*`
    case 'exists':
      return `_exists_:${query.field}`
    case 'between':
      return `${query.field}:[${query.from} TO ${query.to}]`
    case 'atLeast':
      return `${query.field}:>=${query.value}`
    case 'all':
      return query.parts.map(grouped).join(' AND ')
    case 'any':
      return query.parts
        .map(part => (part.kind === 'not' ? `(${toLucene(part)})` : grouped(part)))
        .join(' OR ')
    case 'not':
      return `NOT ${grouped(query.part)}`
  }
}

/** In parentheses where it is needed: Lucene's AND and OR have no precedence to rely on. */
function grouped(part: Query): string {
  return part.kind === 'all' || part.kind === 'any' ? `(${toLucene(part)})` : toLucene(part)
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? values.join() : `(${values.join(' OR ')})`
}

function literal(value: Value): string {
  const text = String(value)
  return /^\w[\w.-]*$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w.]/gu, '\\$&')
}
