// Loaded into a measured process with --import: writes what it used to BENCH_USAGE_FILE when it exits.
import { readFileSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/** CPU time and memory of a process over its whole life, all its threads included. */
export interface Usage {
  cpuSeconds: number
  peakBytes: number
}

const file = process.env.BENCH_USAGE_FILE
if (file !== undefined && isMainThread) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    const usage: Usage = { cpuSeconds: (user + system) / 1e6, peakBytes: peakBytes() }
    writeFileSync(file, JSON.stringify(usage))
  })
}

/** Linux's own figure first: `maxRSS` begins with that of the process that started this one. */
function peakBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return Number(kilobytes) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}
