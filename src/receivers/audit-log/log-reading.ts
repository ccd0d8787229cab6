import type { AcknowledgedPrefix } from '../../pipeline/acknowledged-prefix.ts'
import type { ComponentContext } from '../../pipeline/contracts.ts'
import type { BatchReader } from './batch-reader.ts'
import type { FolderWatch } from './folder-watch.ts'
import type { HandOver } from './hand-over.ts'
import type { LogFolder } from './log-folder.ts'
import type { Progress } from './progress.ts'
import type { ProgressKeeper } from './progress-keeper.ts'
import type { Strays } from './strays.ts'
import type { Survey } from './survey.ts'
import type { Turns } from './turns.ts'
import type { WakeUp } from './wake-up.ts'

/** The parts that together read one log; its functions share them. */
export interface LogReading {
  readonly folder: LogFolder
  readonly survey: Survey
  readonly strays: Strays
  readonly wakeUp: WakeUp
  /** What wakes it; undefined when one watch serves all logs of the folder. */
  readonly watch: FolderWatch | undefined
  readonly reader: BatchReader
  readonly handOver: HandOver
  /** How far was read. */
  readonly progress: ProgressKeeper
  /** How far everything is acknowledged. */
  readonly acknowledged: AcknowledgedPrefix<Progress>
  /** For looks and for open compressed files: they take memory, so all logs of a receiver share a few places. */
  readonly looking: Turns
  readonly decompressing: Turns
  readonly context: ComponentContext
  /** How often to look at the live file, in milliseconds. */
  readonly pollMs: number
  /** The same, now that nothing is to be read; longer where the system reports changes and many logs are quiet. */
  readonly idleMs: () => number
  /** How often to look at all files meanwhile, in milliseconds. */
  readonly surveyMs: number
  /** Aborts when the receiver stops. */
  readonly signal: AbortSignal
}
