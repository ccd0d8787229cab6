import type { CorpusFile } from './corpus-file.ts'
import type { Measurement } from './measure.ts'
import type { SinkProcess } from './sink-process.ts'

/** One run of a program over the corpus. */
export interface DrainRun extends Measurement {
  /** What is wrong with what arrived; undefined when each event did, once. */
  readonly wrong: string | undefined
}

/** A program that ships the corpus to its end. */
export interface Contender {
  /** As `--only` takes it. */
  readonly name: string
  /** `agent` is measured against the goals, a `peer` is another shipper, `limit` does no more than send. */
  readonly kind: 'agent' | 'peer' | 'limit'
  /** What the agent is to reach, in J. */
  readonly goal?: number
  /** The agent's contender that does the same as this peer. */
  readonly like?: string
  /** The corpus from its start; the sink is empty before. */
  run(corpus: CorpusFile, sink: SinkProcess): Promise<DrainRun>
  /** After the last run. */
  close?(): Promise<void>
}

/** A contender that cannot be run here. */
export interface Missing {
  readonly name: string
  /** What to do to have it. */
  readonly advice: string
}
