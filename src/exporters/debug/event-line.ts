import type { AuditEvent } from '../../audit/event.ts'
import { eventTime } from '../../audit/event-time.ts'
import { FIELD } from '../../audit/fields.ts'
import { type InteractiveAccess, interactiveAccess } from '../../audit/interactive-access.ts'
import { severity } from '../../audit/severity.ts'
import { column, padded, shortened } from '../../terminal/column.ts'
import { printableName, shellCommand } from '../../terminal/printable.ts'

const USER_WIDTH = 26
const VERB_WIDTH = 11
const OBJECT_WIDTH = 48
/** A command longer than this loses its middle. `format: json` has all of it. */
const MAX_COMMAND = 2_000

/** How a line is coloured. */
export type LineStyle = 'plain' | 'access' | 'refused' | 'failed'

/** One event on one line: when (UTC), who, what, on which object, how it ended. */
export function eventLine(event: AuditEvent): { readonly text: string; readonly style: LineStyle } {
  const access = interactiveAccess(event)
  const verb = access === undefined ? printableName(event.verb) : access.operation.toLowerCase()
  const words = [
    timeOf(event),
    column(userOf(event), USER_WIDTH),
    column(verb, VERB_WIDTH),
    access === undefined ? column(objectOf(event), OBJECT_WIDTH) : accessOf(event, access),
    outcomeOf(event, access),
  ]
  return { text: words.join('  '), style: styleOf(event, access) }
}

function styleOf(event: AuditEvent, access: InteractiveAccess | undefined): LineStyle {
  const { text } = severity(event)
  if (text === 'WARN' || access?.allowed === false) return 'refused'
  if (text === 'ERROR') return 'failed'
  return access === undefined ? 'plain' : 'access'
}

function timeOf(event: AuditEvent): string {
  const nanoseconds = eventTime(event)
  if (nanoseconds === undefined) return '-'.padEnd(19)
  return new Date(Number(nanoseconds / 1_000_000n)).toISOString().slice(0, 19).replace('T', ' ')
}

function userOf(event: AuditEvent): string {
  const user = printableName(event.username)
  const impersonated = event.text(FIELD.impersonatedUsername)
  return impersonated === undefined ? user : `${user} as ${printableName(impersonated)}`
}

/** `deployments.apps/scale payments/checkout`, or the path when it is no object. */
function objectOf(event: AuditEvent): string {
  const resource = event.text(FIELD.objectResource)
  if (resource === undefined) return printableName(event.requestURI)
  const group = event.text(FIELD.objectApiGroup)
  const subresource = event.text(FIELD.objectSubresource)
  const kind = `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`
  const name = qualified(event.text(FIELD.objectNamespace), event.text(FIELD.objectName))
  return name === '' ? printableName(kind) : `${printableName(kind)} ${name}`
}

function qualified(namespace: string | undefined, name: string | undefined): string {
  if (namespace) return `${printableName(namespace)}/${name ? printableName(name) : ''}`
  return name ? printableName(name) : ''
}

/** `payments/ledger-db[postgres] $ sh -c 'id'  tty`; longer than the column if it must be. */
function accessOf(event: AuditEvent, access: InteractiveAccess): string {
  const { operation, targetType, nodeName, namespace, name, container, command, image, tty, stdin } = access
  const words: string[] = []
  if (targetType === 'node') words.push(shortened(`node/${printableName(nodeName)}`, OBJECT_WIDTH))
  const inside = container === undefined ? '' : `[${printableName(container)}]`
  const target = `${qualified(namespace, name)}${inside}`
  if (target !== '') words.push(shortened(target, OBJECT_WIDTH))
  if (operation === 'PROXY') words.push(shortened(printableName(event.requestURI), MAX_COMMAND))
  if (image !== undefined) words.push(`image=${shortened(printableName(image), OBJECT_WIDTH)}`)
  if (command !== undefined) words.push('$', shortened(shellCommand(command), MAX_COMMAND))
  const connected = tty ? '  tty' : stdin ? '  stdin' : ''
  return padded(words.join(' ') + connected, OBJECT_WIDTH)
}

/** `101 allowed`, `403 denied`, `404 NotFound`; stages before the last are named; of a sample ` one in 10`. */
function outcomeOf(event: AuditEvent, access: InteractiveAccess | undefined): string {
  const words = [String(event.responseCode ?? '-')]
  if (access === undefined) {
    const reason = event.text(FIELD.responseReason)
    if (reason) words.push(shortened(printableName(reason), USER_WIDTH))
  } else if (access.allowed !== undefined) words.push(access.allowed ? 'allowed' : 'denied')
  if (!event.textIs(FIELD.stage, 'ResponseComplete')) words.push(` ${printableName(event.stage)}`)
  if (event.sampleRate !== undefined) words.push(` one in ${event.sampleRate}`)
  return words.join(' ')
}
