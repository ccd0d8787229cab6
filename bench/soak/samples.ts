import { readdirSync } from 'node:fs'
import { cpuSeconds, residentBytes } from '../linux/process-figures.ts'

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

/** Samples a process, and then the one that takes its place, through /proc. */
export class Sampler {
  #pid = 0
  #since = 0
  #cpuSeconds = 0
  #at = 0

  /** Undefined when the process is gone, or seen for the first time. */
  take(pid: number, isFaulty: boolean): Sample | undefined {
    try {
      const rssMb = residentBytes(pid) / 1e6
      const fileDescriptors = readdirSync(`/proc/${pid}/fd`).length
      const cpuPercent = this.#cpuPercent(pid)
      if (cpuPercent === undefined) return undefined
      const ageMs = this.#at - this.#since
      return { pid, ageMs, rssMb, fileDescriptors, cpuPercent, isFaulty }
    } catch {
      return undefined // it ended
    }
  }

  #cpuPercent(pid: number): number | undefined {
    const now = performance.now()
    const seconds = cpuSeconds(pid)
    const percent = ((seconds - this.#cpuSeconds) / ((now - this.#at) / 1000)) * 100
    this.#cpuSeconds = seconds
    this.#at = now
    if (pid === this.#pid) return percent
    this.#pid = pid
    this.#since = now
    return undefined
  }
}
