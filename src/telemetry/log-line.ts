import { styleText } from 'node:util'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'

const COLORS: Readonly<Record<string, 'gray' | 'green' | 'yellow' | 'red'>> = {
  DEBUG: 'gray',
  INFO: 'green',
  WARN: 'yellow',
  ERROR: 'red',
}

/** `10:31:02 WARN  message  key=value`, the time in UTC. Control characters in it are shown as escapes. */
export function textLine(record: ReadableLogRecord, isColored: boolean): string {
  const level = record.severityText ?? ''
  const time = timeOf(record).toISOString().slice(11, 19)
  const pairs = Object.entries(record.attributes).map(([key, value]) => `${key}=${quoted(value)}`)
  const message = printable(String(record.body ?? ''))
  const details = pairs.length === 0 ? '' : `  ${printable(pairs.join(' '))}`
  if (!isColored) return `${time} ${level.padEnd(5)} ${message}${details}`
  const style = (color: Parameters<typeof styleText>[0], text: string) =>
    styleText(color, text, { validateStream: false })
  const shownLevel = style(COLORS[level] ?? 'gray', level.padEnd(5))
  return `${style('gray', time)} ${shownLevel} ${message}${details && style('gray', details)}`
}

/** `{"time":"2026-05-04T10:31:02.000Z","level":"WARN","message":"…","attributes":{…}}` */
export function jsonLine(record: ReadableLogRecord): string {
  const { attributes, body, severityText } = record
  const hasAttributes = Object.keys(attributes).length > 0
  return JSON.stringify({
    time: timeOf(record).toISOString(),
    level: severityText,
    message: body,
    ...(hasAttributes && { attributes }),
  })
}

const timeOf = ({ hrTime: [seconds, nanoseconds] }: ReadableLogRecord) =>
  new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6))

function quoted(value: unknown): string {
  return typeof value === 'string' && /[\s"=]|^$/.test(value) ? JSON.stringify(value) : String(value)
}

/** A backend's answer or a file's name may hold terminal escapes. */
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, character => {
    const hex = character.codePointAt(0)?.toString(16) ?? ''
    return `\\u{${hex}}`
  })
}
