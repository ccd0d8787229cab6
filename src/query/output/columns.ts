import { printable, printableName, shellCommand } from '../../terminal/printable.ts'
import type { Cell, Row } from '../row.ts'
import type { Column } from './column-definition.ts'

const text = (cell: Cell) => printableName(typeof cell === 'string' ? cell : undefined)
const digits = (cell: Cell) => (typeof cell === 'number' ? String(cell) : '-')
const list = (cell: Cell) =>
  Array.isArray(cell) ? cell.map(item => printableName(String(item))).join(' ') : '-'

/** `2026-05-04 10:31:02`, UTC. */
function time(cell: Cell): string {
  const parsed = typeof cell === 'string' ? Date.parse(cell) : Number.NaN
  return Number.isNaN(parsed) ? '-' : new Date(parsed).toISOString().slice(0, 19).replace('T', ' ')
}

/** `45ms`, `1.2s`, `3m07s`, `2h05m`. */
export function shortDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Number(milliseconds.toPrecision(3))}ms`
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${seconds.toFixed(1)}s`
  const minutes = Math.floor(seconds / 60)
  const two = (n: number) => String(n).padStart(2, '0')
  return minutes < 60
    ? `${minutes}m${two(Math.floor(seconds % 60))}s`
    : `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`
}

/** What a program made up, with a name in it that a client chose. */
const reasons = (cell: Cell) => (Array.isArray(cell) ? cell.map(printable).join(', ') : '-')

const userOf = ({ user, as }: Row) => (as === undefined ? text(user) : `${text(user)} as ${text(as)}`)

/** `payments/ledger-db`; only one of them when the other is missing. */
function qualified({ namespace, name }: Row): string {
  if (namespace === undefined) return name === undefined ? '' : text(name)
  return `${text(namespace)}/${name === undefined ? '' : text(name)}`
}

/** `deployments.apps/scale`; `-` for a path that is no object. */
function resourceOf({ resource, api_group, subresource }: Row): string {
  if (typeof resource !== 'string') return '-'
  return printableName(
    `${resource}${api_group ? `.${api_group}` : ''}${subresource ? `/${subresource}` : ''}`,
  )
}

/** `deployments.apps/scale payments/checkout`, or the path when it is no object. */
function objectOf(row: Row): string {
  return row.resource === undefined ? text(row.request_uri) : `${resourceOf(row)} ${qualified(row)}`.trimEnd()
}

/** `payments/ledger-db[postgres]`, with `node/worker-1` before it when it was reached behind a node's kubelet. */
function targetOf(row: Row): string {
  const node = row.node === undefined ? '' : `node/${text(row.node)}`
  const container = row.container === undefined ? '' : `[${text(row.container)}]`
  const pod = row.kind === 'Node' ? '' : `${qualified(row)}${container}`
  return [node, pod].filter(part => part !== '').join(' ') || '-'
}

function commandOf({ command, image }: Row): string {
  const words = Array.isArray(command) ? [shellCommand(command)] : []
  return [...(image === undefined ? [] : [`image=${text(image)}`]), ...words].join(' ') || '-'
}

/** `101 allowed`, `403 denied`; `-` before there is an answer. */
function outcomeOf({ code, allowed }: Row): string {
  const verdict = allowed === undefined ? '' : allowed ? ' allowed' : ' denied'
  return digits(code) + verdict
}

/** How long a session lasted; `open` when it was opened and no end was seen. */
function lastedOf({ duration_ms, allowed, code }: Row): string {
  if (typeof duration_ms === 'number') return shortDuration(duration_ms)
  return allowed === true && code === 101 ? 'open' : '-'
}

const column = (title: string, of: Column['text'], least: number, usual: number): Column => ({
  title,
  text: of,
  least,
  usual,
})
const number = (title: string, of: Column['text'], usual: number): Column => ({
  title,
  text: of,
  least: usual,
  usual,
  isNumber: true,
})
const count = (title: string, key: string) =>
  number(title, row => digits(row[key]), Math.max(title.length, 8))
const milliseconds = (title: string, key: string) =>
  number(title, row => (typeof row[key] === 'number' ? shortDuration(row[key]) : '-'), 8)

/** The columns that questions choose from. */
export const COLUMN = {
  time: column('TIME (UTC)', row => time(row.time), 19, 19),
  started: column('STARTED (UTC)', row => time(row.started), 19, 19),
  user: column('USER', userOf, 8, 28),
  from: { ...column('FROM', row => list(row.source_ips), 7, 15), dispensable: 3 },
  lastFrom: { ...column('FROM', row => text(row.source_ip), 7, 15), dispensable: 3 },
  verb: column('VERB', row => text(row.verb), 6, 11),
  object: column('OBJECT', objectOf, 16, 48),
  path: column('REQUEST', row => text(row.request_uri), 16, 48),
  agent: column('USER AGENT', row => text(row.user_agent), 12, 30),
  code: number('CODE', row => digits(row.code), 4),
  reason: column('REASON', row => text(row.reason), 8, 12),
  operation: column('WHAT', row => text(row.operation).toLowerCase(), 6, 11),
  target: column('INTO', targetOf, 12, 34),
  command: column('COMMAND', commandOf, 10, 40),
  outcome: column('OUTCOME', outcomeOf, 11, 11),
  lasted: { ...number('LASTED', lastedOf, 7), dispensable: 2 },
  why: column('REACHES THE NODE BY', row => reasons(row.why), 16, 40),
  resource: column('RESOURCE', resourceOf, 16, 44),
  requests: count('REQUESTS', 'requests'),
  refused: count('REFUSED', 'refused'),
  failed: count('FAILED', 'failed'),
  writes: count('WRITES', 'writes'),
  secrets: count('SECRETS', 'secrets'),
  first: { ...column('FIRST (UTC)', row => time(row.first), 19, 19), dispensable: 1 },
  last: column('LAST (UTC)', row => time(row.last), 19, 19),
  p50: milliseconds('P50', 'p50_ms'),
  p90: milliseconds('P90', 'p90_ms'),
  p99: milliseconds('P99', 'p99_ms'),
  max: milliseconds('MAX', 'max_ms'),
} as const satisfies Record<string, Column>
