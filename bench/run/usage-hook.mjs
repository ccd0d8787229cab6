// Loaded into a measured process with --import: writes what it used to BENCH_USAGE_FILE when it exits, see measure.ts.
// JavaScript, because stripping types would cost the process 70 ms of CPU and some memory that it has not asked for.
import { readFileSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const file = process.env.BENCH_USAGE_FILE
if (file !== undefined && isMainThread) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    writeFileSync(file, JSON.stringify({ cpuSeconds: (user + system) / 1e6, peakBytes: peakBytes() }))
  })
}

/** Linux's own figure first: `maxRSS` begins with that of the process that started this one. */
function peakBytes() {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return Number(kilobytes) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}
