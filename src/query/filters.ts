import { isGlob } from '../condition/glob.ts'
import { addressRange } from './addresses.ts'
import { all, any, between, type Condition, fromAddress, is, like, received } from './condition.ts'
import { moment } from './moment.ts'

/** The filters of the command line, as they are written there; those that may be given several times mean any of them. */
export interface FilterOptions {
  readonly since?: string
  readonly until?: string
  readonly user?: readonly string[]
  readonly namespace?: readonly string[]
  readonly name?: readonly string[]
  readonly verb?: readonly string[]
  readonly code?: readonly string[]
  readonly sourceIp?: readonly string[]
}

/** A filter that cannot be understood. */
export class WrongFilter extends Error {
  override name = 'WrongFilter'
}

/** What an event has to meet for all filters. Durations count back from `now`, in milliseconds since 1970. @throws WrongFilter */
export function filterCondition(filters: FilterOptions, now: number): Condition {
  const each = (values: readonly string[] = [], of: (value: string) => Condition) =>
    values.length === 0 ? [] : [any(...values.map(of))]
  const since = filters.since === undefined ? undefined : timeOf('--since', filters.since, now)
  const until = filters.until === undefined ? undefined : timeOf('--until', filters.until, now)
  return all(
    ...(since === undefined && until === undefined ? [] : [received(since, until)]),
    ...each(filters.user, ofUser),
    ...each(filters.namespace, inNamespace),
    ...each(filters.name, named),
    ...each(filters.verb, verb => equals('verb', verb)),
    ...each(filters.code, withCode),
    ...each(filters.sourceIp, sentFrom),
  )
}

function timeOf(option: string, text: string, now: number): bigint {
  const time = moment(text, now)
  if (time !== undefined) return time
  const expected =
    'expected a time such as 2026-05-04T10:00:00Z or 2026-05-04 (UTC), or how long ago: 30m, 2h, 7d'
  throw new WrongFilter(`${option}: ${expected}; found ${text}`)
}

const equals = (attribute: string, value: string) =>
  isGlob(value) ? like(attribute, value) : is(attribute, value)

/** What behind `nodes/proxy` only the path names, and pods by whatever scheme and port they are reached. */
const reached = (attribute: string, value: string) =>
  all(
    is('operation', 'EXEC', 'ATTACH', 'PORTFORWARD', 'PROXY', 'DEBUG'),
    equals(`reached.${attribute}`, value),
  )

/** By that user, or in that user's name. */
export const ofUser = (user: string): Condition =>
  any(equals('user.username', user), equals('impersonated_user.username', user))

/** For that namespace, or a pod in it that was reached behind a node's kubelet. */
export const inNamespace = (namespace: string): Condition =>
  any(equals('namespace', namespace), reached('namespace', namespace))

const named = (name: string) => any(equals('name', name), reached('name', name))

function withCode(code: string): Condition {
  if (/^[1-5]xx$/i.test(code))
    return between('response.code', Number(code[0]) * 100, Number(code[0]) * 100 + 99)
  if (/^\d{3}$/.test(code)) return is('response.code', Number(code))
  throw new WrongFilter(`--code: expected a status such as 403, or 4xx; found ${code}`)
}

function sentFrom(address: string): Condition {
  const range = addressRange(address)
  if (range !== undefined) return fromAddress(range)
  throw new WrongFilter(`--source-ip: expected an address or a network such as 10.0.0.0/8; found ${address}`)
}
