import type { WriterOptions } from '../../bench/scenario/log-writer.ts'
import type { Mood } from './faulty-sink.ts'

/** What an agent has to go through. */
export interface Plan {
  /** How often it is ended, and how; SIGSTOP pauses one and the same agent over some rotations. */
  readonly ends: number
  readonly signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP'
  /** What the backend does meanwhile, to every other agent. */
  readonly mood: Mood
  /** The backend cannot be reached during the first half. */
  readonly isDownFirst?: boolean
  readonly writer: Partial<WriterOptions>
  /** Logs, each with a pipeline of its own in the same process; 1 when left out. */
  readonly logs?: number
  /** Where events are delivered: `otlp` when left out. */
  readonly exporter?: 'otlp' | 'file'
  /** How likely each operation on files of the state, and on those the `file` exporter writes, is to fail. */
  readonly failingDisk?: number
  /** Every so-manieth event is refused for good by the backend, and belongs into the dead-letter file. */
  readonly poisonEvery?: number
  /** The writer crashes as well, in the middle of a line. */
  readonly tearsLines?: boolean
}
