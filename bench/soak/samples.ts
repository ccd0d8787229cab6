import { readdirSync, readFileSync } from 'node:fs'

/** What a process takes at one moment. */
export interface Sample {
  readonly rssMb: number
  readonly fileDescriptors: number
  /** CPU time since the sample before, in percent of one core. */
  readonly cpuPercent: number
}

/** USER_HZ, which is 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100

/** Samples one process through /proc. */
export class Sampler {
  readonly #pid: number
  #ticks: number
  #at = performance.now()

  constructor(pid: number) {
    this.#pid = pid
    this.#ticks = cpuTicks(pid)
  }

  /** Undefined when the process is gone. */
  take(): Sample | undefined {
    try {
      const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8')
      const ticks = cpuTicks(this.#pid)
      const now = performance.now()
      const seconds = (now - this.#at) / 1000
      const cpuPercent = ((ticks - this.#ticks) / TICKS_PER_SECOND / seconds) * 100
      this.#ticks = ticks
      this.#at = now
      return {
        rssMb: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1000,
        fileDescriptors: readdirSync(`/proc/${this.#pid}/fd`).length,
        cpuPercent,
      }
    } catch {
      return undefined
    }
  }
}

/** User and system time of a process. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** The middle one of values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
