import type { DatabaseError } from 'pg'
import { isTlsError } from '../http/tls-error.ts'
import { PermanentError, RetryableError } from '../pipeline/errors.ts'

/** How much of a reason is shown. */
const SHOWN = 300

/** What is about the values of a row. 54: too long for an index, nested too deep. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const ABOUT_VALUES = /^(22|23|54|21000)/
/** `no partition of relation found for row`: the table is to blame. */
const NO_PARTITION = '23514'
/** What passes by itself: connections, serialization, resources, operator intervention and failover. */
const PASSING = /^(08|40|53|55|57|25006|23514)/
const DISK_FULL = '53100'

const HINTS: readonly (readonly [codes: RegExp, hint: string])[] = [
  [/^28/, 'check the user of url, and the password of url or passwordFile'],
  [/^42501$/, 'the user lacks a right'],
  [
    /^(42P01|42703|23514)$/,
    'a table, column or partition is missing: `auditship setup postgres` makes what it may',
  ],
  [/^3D000$/, 'the database of url is missing'],
  [/^25006$/, 'the server is read-only: a standby, or in the middle of a failover'],
  [/^53100$/, 'the disk is full'],
  [/^57014$/, 'statementTimeout'],
]

/** What a failed statement stands for. @param place where the database is, without a password */
export function databaseFailure(error: unknown, place: string): PermanentError | RetryableError {
  if (error instanceof RetryableError || error instanceof PermanentError) return error
  const code = sqlState(error)
  if (code === undefined) return connectionFailure(error, place)
  if (isAboutValues(error))
    return new PermanentError(`${code}: ${reasonOf(error)}`, {
      cause: error,
      summary: `PostgreSQL answered ${code}`,
    })
  const hint = HINTS.find(([codes]) => codes.test(code))?.[1]
  const message = `${place} answered ${code}${hint === undefined ? '' : ` (${hint})`}`
  return new RetryableError(message, {
    cause: error,
    summary: message,
    needsOperator: !PASSING.test(code) || code === DISK_FULL,
  })
}

/** PostgreSQL's code of an error, or of the one it was made from; undefined when it is no answer of PostgreSQL. */
export function sqlState(error: unknown): string | undefined {
  if (isAnswer(error)) return error.code ?? 'XX000'
  return error instanceof Error && error.cause !== undefined ? sqlState(error.cause) : undefined
}

/** Whether it is pg's error for an answer of PostgreSQL, known by its field: agents without PostgreSQL do not load pg for its class. */
function isAnswer(error: unknown): error is DatabaseError {
  return error instanceof Error && 'severity' in error
}

/** Whether the connection it came by is of no use any more. */
export function endsConnection(error: unknown): boolean {
  const code = sqlState(error)
  return code === undefined || /^(08|57P|25006|25P03|XX)/.test(code)
}

function isAboutValues(error: unknown): boolean {
  const code = sqlState(error) ?? ''
  const isPartition = code === NO_PARTITION && isAnswer(error) && error.constraint === undefined
  return ABOUT_VALUES.test(code) && !isPartition
}

/** PostgreSQL's words without the values it quotes, which belong into no log. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const line = message.replace(/: ".*/s, '').replace(/[^\x20-\x7e]+/g, ' ')
  return line.slice(0, SHOWN)
}

function connectionFailure(cause: unknown, place: string): RetryableError {
  if (!isTlsError(cause)) return new RetryableError(`cannot reach ${place}`, { cause })
  const message = `cannot make a TLS connection to ${place} (check tls.caFile, tls.serverName and tls.certFile)`
  return new RetryableError(message, { cause, needsOperator: true })
}
