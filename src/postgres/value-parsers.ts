import { types } from 'pg'

// https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat
const INT8 = 20
const DATE = 1082
const TIMESTAMPTZ = 1184
const NUMERIC = 1700

/**
 * What a value of a row is in JavaScript. Numbers of all kinds are numbers, `json` and `jsonb` are what they hold, arrays are
 * arrays, `timestamptz` is RFC 3339 in UTC with six digits (a Date would lose microseconds), `date` is `2026-01-31`, `bytea` is
 * a Buffer; all others are PostgreSQL's text. NULL is null.
 */
export const VALUE_PARSERS = {
  getTypeParser(type: number, format?: 'text' | 'binary') {
    if (format === 'binary') return types.getTypeParser(type, 'binary')
    if (type === INT8 || type === NUMERIC) return Number
    if (type === TIMESTAMPTZ) return rfc3339
    if (type === DATE) return String
    return types.getTypeParser(type, 'text')
  },
}

/** `2026-01-02 03:04:05.12+00` as `2026-01-02T03:04:05.120000Z`. Connections speak UTC; `infinity` and years BC stay as they are. */
function rfc3339(text: string): string {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text)
  return match === null ? text : `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(6, '0')}Z`
}
