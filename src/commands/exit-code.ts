/** Exit codes of every command. */
export const EXIT = {
  /** Done; for `run`, stopped by a signal. */
  ok: 0,
  /** Something failed that no other code names, or `run --once` was stopped before it was done. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The configuration is wrong. */
  config: 3,
  /** `replay` left letters in the dead-letter file. */
  deadLetters: 4,
  /** `doctor` found nothing worse than warnings. */
  warnings: 5,
} as const
