import { BUSY, CLEAN, FAULTY } from './faulty-sink.ts'
import type { Plan } from './plan.ts'

/** What is tried, by what the agent does there. As many ends as a run in CI has time for. */
export const PLANS: Readonly<Record<string, Plan>> = {
  'loses nothing when it is killed while the log is rotated': {
    ...{ ends: 55, signal: 'SIGKILL', mood: FAULTY },
    writer: {},
  },
  'loses nothing when it is killed while backups are compressed and the oldest deleted': {
    ...{ ends: 50, signal: 'SIGKILL', mood: FAULTY },
    writer: { compress: true, maxBackups: 40 },
  },
  'loses nothing of two logs when it is killed': {
    ...{ ends: 25, signal: 'SIGKILL', mood: FAULTY, logs: 2 },
    writer: { rate: 250, compress: true },
  },
  'loses nothing when it is killed while it writes files to a failing disk': {
    ...{ ends: 20, signal: 'SIGKILL', mood: CLEAN, exporter: 'file', failingDisk: 0.1 },
    writer: { compress: true },
  },
  'loses nothing when its disk fails, and keeps what the backend refuses': {
    ...{ ends: 20, signal: 'SIGKILL', mood: FAULTY, failingDisk: 0.2, poisonEvery: 100 },
    writer: {},
  },
  'loses nothing when the backend is down during the first half': {
    ...{ ends: 14, signal: 'SIGKILL', mood: FAULTY, isDownFirst: true },
    writer: { compress: true },
  },
  'loses but torn lines when it is killed while the writer crashes, too': {
    ...{ ends: 20, signal: 'SIGKILL', mood: FAULTY, tearsLines: true },
    writer: {},
  },
  'loses nothing when it is paused over rotations': {
    ...{ ends: 12, signal: 'SIGSTOP', mood: FAULTY },
    writer: { rotateMs: [5, 200], compress: true },
  },
  'repeats nothing when it is stopped': {
    ...{ ends: 12, signal: 'SIGTERM', mood: CLEAN },
    writer: { compress: true },
  },
  'repeats nothing when it is stopped while the backend is busy': {
    ...{ ends: 12, signal: 'SIGTERM', mood: BUSY },
    writer: { compress: true },
  },
}
