import type { Sample } from './samples.ts'

/** A process that has just started is still growing to its size: code is compiled, the heap finds its limits. */
const WARM_UP_MS = 20_000
/**
 * Memory breathes with garbage collection and with batches, which the backlog of a fault makes larger: it has found its
 * size when each fault came once. In half an hour the middles of the second and the last third are 7 minutes apart, so
 * that 20 % is a leak of some 60 KB a second, or 30 bytes an event at 2,000 events/s; in two minutes it is 1 MB a second.
 */
const MOST_GROWTH = 1.2
/** Files that are open for a moment: a rotation, a checkpoint. */
const MOST_MORE_FILES = 3

/** The samples of the process that ran last, from the end of its warm-up on. */
export function judged(samples: readonly Sample[]): readonly Sample[] {
  const pid = samples.at(-1)?.pid
  return samples.filter(sample => sample.pid === pid && sample.ageMs >= WARM_UP_MS)
}

/**
 * Whether the process that ran last had, in the last third of its life, the memory and open files of the second.
 * False when it did not outlive its warm-up.
 */
export function isSteady(samples: readonly Sample[]): boolean {
  const [second, last] = thirds(judged(samples))
  const rss = (part: readonly Sample[]) => median(part.map(({ rssMb }) => rssMb))
  const files = (part: readonly Sample[]) => median(part.map(({ fileDescriptors }) => fileDescriptors))
  return rss(last) <= rss(second) * MOST_GROWTH && files(last) <= files(second) + MOST_MORE_FILES
}

/** The second third of samples and the last, of one sample at least when there is one. */
export function thirds(samples: readonly Sample[]): [second: readonly Sample[], last: readonly Sample[]] {
  const third = Math.max(1, Math.floor(samples.length / 3))
  return [samples.slice(-2 * third, -third), samples.slice(-third)]
}

/** The middle one of values; NaN when there is none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
