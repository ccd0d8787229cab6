import { readdirSync, readFileSync } from 'node:fs'

/** What a process takes at one moment. */
export interface Sample {
  readonly pid: number
  /** Since the process was first seen. */
  readonly ageMs: number
  readonly rssMb: number
  readonly fileDescriptors: number
  /** CPU time since the sample before, in percent of one core. */
  readonly cpuPercent: number
  /** Whether a fault, or the backlog it left, was there. */
  readonly isFaulty: boolean
}

/** USER_HZ, which is 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100

/** Samples a process, and then the one that takes its place, through /proc. */
export class Sampler {
  #pid = 0
  #since = 0
  #ticks = 0
  #at = 0

  /** Undefined when the process is gone, or seen for the first time. */
  take(pid: number, isFaulty: boolean): Sample | undefined {
    try {
      const rssKb = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      if (rssKb === undefined) return undefined // it ended and nobody has noticed yet
      const fileDescriptors = readdirSync(`/proc/${pid}/fd`).length
      const cpuPercent = this.#cpuPercent(pid)
      if (cpuPercent === undefined) return undefined
      const ageMs = this.#at - this.#since
      return { pid, ageMs, rssMb: Number(rssKb) / 1000, fileDescriptors, cpuPercent, isFaulty }
    } catch {
      return undefined // it ended
    }
  }

  #cpuPercent(pid: number): number | undefined {
    const now = performance.now()
    const ticks = cpuTicks(pid)
    const percent = ((ticks - this.#ticks) / TICKS_PER_SECOND / ((now - this.#at) / 1000)) * 100
    this.#ticks = ticks
    this.#at = now
    if (pid === this.#pid) return percent
    this.#pid = pid
    this.#since = now
    return undefined
  }
}

/** User and system time of a process. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}
