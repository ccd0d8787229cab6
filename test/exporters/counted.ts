import type { Exporter } from '../../src/pipeline/contracts.ts'

/** The exporter, and how often `export` was called; `before` is told the number of each attempt, counted from 1. */
export function counted(exporter: Exporter, before: (attempt: number) => void = () => {}) {
  let attempts = 0
  const counting: Exporter = {
    start: () => exporter.start?.() ?? Promise.resolve(),
    export(batch, signal) {
      before(++attempts)
      return exporter.export(batch, signal)
    },
    stop: () => exporter.stop?.() ?? Promise.resolve(),
  }
  return { exporter: counting, attempts: () => attempts }
}
