import type { AcknowledgedPrefix } from '../../pipeline/acknowledged-prefix.ts'
import type { ComponentContext } from '../../pipeline/contracts.ts'
import type { BatchReader } from './batch-reader.ts'
import type { HandOver } from './hand-over.ts'
import type { LogFolder } from './log-folder.ts'
import type { Progress, ProgressKeeper } from './progress.ts'
import type { Survey } from './survey.ts'
import type { WakeUp } from './wake-up.ts'

/** The parts that together read one log; its functions share them. */
export interface LogReading {
  readonly folder: LogFolder
  readonly survey: Survey
  readonly wakeUp: WakeUp
  readonly reader: BatchReader
  readonly handOver: HandOver
  /** How far was read. */
  readonly progress: ProgressKeeper
  /** How far everything is acknowledged. */
  readonly acknowledged: AcknowledgedPrefix<Progress>
  readonly context: ComponentContext
  /** How often to look at the live file, in milliseconds. */
  readonly pollMs: number
  /** How often to look at all files meanwhile, in milliseconds. */
  readonly surveyMs: number
  /** Aborts when the receiver stops. */
  readonly signal: AbortSignal
}
