import type { Logger } from '@opentelemetry/api-logs'
import { type AttributeDefinition, attributesOf, DEFAULT_ATTRIBUTES } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { eventTime } from '../audit/event-time.ts'
import { severity } from '../audit/severity.ts'
import { EVENT_NAME } from '../otlp/request-shape.ts'

/**
 * Emits an event as a log record into any OpenTelemetry Logger, with the same timestamp, severity, body and attributes
 * as the `otlp` exporter sends. What the Logger's provider does with it, and whether it loses it, is the provider's.
 * @example
 * const logger = loggerProvider.getLogger('audit')
 * for await (const line of readEventsFromFile('audit.log')) if (line.event) emitAuditEvent(logger, line.event)
 */
export function emitAuditEvent(
  logger: Pick<Logger, 'emit'>,
  event: AuditEvent,
  attributes: readonly AttributeDefinition[] = DEFAULT_ATTRIBUTES,
): void {
  const time = eventTime(event)
  const { number, text } = severity(event)
  logger.emit({
    eventName: EVENT_NAME,
    ...(time !== undefined && { timestamp: hrTime(time) }),
    observedTimestamp: hrTime(BigInt(event.readAt) * 1_000_000n),
    severityNumber: number,
    severityText: text,
    body: event.raw.toString('utf8'),
    attributes: Object.fromEntries(
      Object.entries(attributesOf(event, attributes)).map(([name, value]) => [
        name,
        typeof value === 'object' ? [...value] : value,
      ]),
    ),
  })
}

/** Seconds and nanoseconds: the form of a time that keeps all digits. */
const hrTime = (nanoseconds: bigint): [number, number] => [
  Number(nanoseconds / 1_000_000_000n),
  Number(nanoseconds % 1_000_000_000n),
]
