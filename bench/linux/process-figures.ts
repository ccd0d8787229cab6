import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ, which is 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100

/** User and system time of a process in seconds, of all its threads. @throws when it is gone */
export function cpuSeconds(pid: number): number {
  return cpuSecondsIn(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

/** The most memory a process had resident, in bytes. @throws when it is gone */
export function peakBytes(pid: number): number {
  return bytesIn(status(pid), 'VmHWM')
}

/** The memory a process has resident, in bytes. @throws when it is gone */
export function residentBytes(pid: number): number {
  return bytesIn(status(pid), 'VmRSS')
}

/** How often the threads that a process has now gave up the CPU to wait for something: each time they were woken. @throws when it is gone */
export function wakeUps(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`)
  return tasks.reduce((sum, task) => sum + wakeUpsIn(status(`${pid}/task/${task}`)), 0)
}

/** Of the text of /proc/PID/stat. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export function cpuSecondsIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // a name may have spaces and brackets in it
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** One of the sizes in the text of /proc/PID/status. @throws Error when it is not there: the process has ended */
export function bytesIn(status: string, name: 'VmHWM' | 'VmRSS'): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (kilobytes === undefined) throw new Error(`no ${name} in /proc/PID/status: the process has ended`)
  return Number(kilobytes) * 1024
}

/** Voluntary context switches in the text of /proc/PID/task/TID/status. */
export function wakeUpsIn(status: string): number {
  return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? 0)
}

function status(process: number | string): string {
  return readFileSync(`/proc/${process}/status`, 'utf8')
}
