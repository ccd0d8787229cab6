import { availableParallelism, cpus, release, totalmem, type } from 'node:os'

/** Where something was measured, in one line. */
export function machine(): string {
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  return `Node.js ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model}, ${memory} GiB, ${type()} ${release()}`
}
