/**
 * The library: audit events as values, and the agent as a part of another program.
 * @module
 */
export { Agent, type AgentOptions } from './agent.ts'
export {
  ATTRIBUTES,
  type AttributeDefinition,
  type AttributeKind,
  type AttributeValue,
  attributesOf,
  attributeValue,
  DEFAULT_ATTRIBUTES,
} from './audit/attributes.ts'
export { type ChangeEvent, changeEvent, mergeChangeEvents } from './audit/change-event.ts'
export type { AuditEvent } from './audit/event.ts'
export { eventTime } from './audit/event-time.ts'
export { FIELD, type Field } from './audit/fields.ts'
export { type InteractiveAccess, interactiveAccess } from './audit/interactive-access.ts'
export { parseEvent } from './audit/scan.ts'
export { type Severity, severity } from './audit/severity.ts'
export { COMPONENTS } from './components.ts'
export type { Config } from './config/config.ts'
export { ConfigError, type ConfigProblem } from './config/problem.ts'
export { byteSize, duration, secret } from './config/scalars.ts'
export type { RunningPipeline } from './connect.ts'
export { type AgentConfig, createAgent, type OwnComponents } from './library/create-agent.ts'
export { emitAuditEvent } from './library/emit.ts'
export { parseEvents, type ReadLine, readEvents, readEventsFromFile } from './library/read-events.ts'
export { type AuditBatch, batchOf, type MalformedLine, type Position } from './pipeline/batch.ts'
export type { ComponentType, ExporterType, ProcessorType, ReceiverType } from './pipeline/component.ts'
export {
  ALL_DELIVERED,
  type ComponentContext,
  type Consumer,
  type Exporter,
  type ExportResult,
  type Processor,
  type Receiver,
  type Rejection,
  type SetupStep,
  type Trial,
} from './pipeline/contracts.ts'
export type { Counters } from './pipeline/counters.ts'
export { PermanentError, RetryableError } from './pipeline/errors.ts'
export type { Failure } from './pipeline/health.ts'
export { type Log, type LogAttributes, silentLog } from './pipeline/log.ts'
export type { Problem, Readiness } from './readiness.ts'
export { type AgentLog, createLog, type LogOptions } from './telemetry/log.ts'
