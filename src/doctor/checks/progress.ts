import { access, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe } from '../../pipeline/health.ts'
import { checkpointPath, readCheckpoint } from '../../receivers/audit-log/checkpoint.ts'
import type { Look } from '../../receivers/audit-log/log-folder.ts'
import { LogPlace } from '../../receivers/audit-log/log-place.ts'
import { PlainFile } from '../../receivers/audit-log/plain-file.ts'
import { holdFile } from '../../state-dir.ts'
import { timeAt } from '../event-at.ts'
import type { Finding } from '../finding.ts'
import type { Host } from '../host.ts'
import { ago, bytes } from '../words.ts'

/** So long an event may wait before the agent counts as behind, in milliseconds. */
const BEHIND_MS = 60_000
const START =
  'systemctl start auditship   # or: kubectl --namespace auditship rollout restart daemonset/auditship'
const LOOK =
  'journalctl --unit auditship --lines 50   # or: kubectl --namespace auditship logs daemonset/auditship'

/** Whether an agent runs with this `stateDir`, which its lock says. */
export async function checkAgent(host: Host, stateDir: string): Promise<Finding> {
  const lock = join(host.at(stateDir), 'lock')
  const isThere = await access(lock).then(
    () => true,
    () => false,
  )
  if (!isThere)
    return {
      check: 'agent',
      severity: 'error',
      message: `no agent has run with the stateDir ${stateDir}`,
      repair: START,
    }
  try {
    const release = await holdFile(lock)
    release?.()
    if (release === undefined)
      return { check: 'agent', severity: 'ok', message: `runs with the stateDir ${stateDir}` }
    return {
      check: 'agent',
      severity: 'error',
      message: `no agent runs with the stateDir ${stateDir}`,
      repair: START,
    }
  } catch (error) {
    return {
      check: 'agent',
      severity: 'unknown',
      message: `cannot look at the lock ${lock}: ${describe(error)}`,
    }
  }
}

/** A receiver in a pipeline, and where it looks. */
export interface ReceiverPlace {
  readonly pipeline: string
  readonly id: string
  readonly paths: readonly string[]
}

/** How far behind the checkpoint of a receiver is. */
export async function checkProgress(
  host: Host,
  stateDir: string,
  { pipeline, id, paths }: ReceiverPlace,
): Promise<Finding[]> {
  const path = checkpointPath(host.at(stateDir), pipeline, id)
  const name = `${pipeline}/${id}`
  const saved = await stat(path).catch(() => undefined)
  if (saved === undefined)
    return [
      {
        check: 'progress',
        severity: 'error',
        message: `${name} has no checkpoint ${path}: nothing was delivered yet`,
        repair: LOOK,
      },
    ]
  const checkpoint = await readCheckpoint(path).catch(() => undefined)
  if (checkpoint === undefined) {
    const message = `the checkpoint ${path} is damaged: the next start reads the log from its beginning, nothing is lost`
    return [{ check: 'progress', severity: 'warning', message, repair: LOOK }]
  }
  const findings: Finding[] = []
  for (const at of paths) {
    for (const log of await new LogPlace(host.logAt(at)).logs().catch(() => [])) {
      const onHost = join(dirname(at), log.live.name)
      const marks = checkpoint.get(onHost)
      if (marks === undefined) continue
      const look = await log.look(marks, () => false)
      const waiting = await waitingIn(look).finally(() => look.live?.source.close())
      findings.push(progressOf(name, onHost, waiting, Date.now() - saved.mtimeMs, look.live !== undefined))
    }
  }
  if (findings.length > 0) return findings
  return [
    {
      check: 'progress',
      severity: 'warning',
      message: `${name} has read nothing of ${paths.join(' or ')} yet`,
      repair: LOOK,
    },
  ]
}

interface Waiting {
  /** At least so many. */
  readonly bytes: number
  readonly files: number
  /** When the first event of them happened, in milliseconds since 1970; undefined when it is not known. */
  readonly since: number | undefined
}

async function waitingIn({ live, unread }: Look): Promise<Waiting> {
  const inLive = live === undefined || !live.unread ? 0 : live.source.size - live.cursor.offset
  const rotated = unread.reduce((sum, { size, mark }) => sum + Math.max(0, size - (mark?.offset ?? 0)), 0)
  const files = unread.length + (inLive > 0 ? 1 : 0)
  const [oldest] = unread
  const since =
    oldest === undefined
      ? live && inLive > 0 && (await timeAt(live.source, live.cursor.offset))
      : oldest.file.compressed
        ? undefined
        : await timeIn(oldest.file.path, oldest.mark?.offset ?? 0)
  return { bytes: inLive + rotated, files, since: since || undefined }
}

function progressOf(
  name: string,
  path: string,
  waiting: Waiting,
  savedAgo: number,
  isThere: boolean,
): Finding {
  const age = waiting.since === undefined ? undefined : Date.now() - waiting.since
  if (waiting.bytes === 0 && waiting.files === 0 && !isThere) {
    const message = `${path} is gone or cannot be read, so what ${name} has not delivered of it is not known`
    return { check: 'progress', severity: 'unknown', message }
  }
  if (waiting.bytes === 0 && waiting.files === 0)
    return { check: 'progress', severity: 'ok', message: `${name} has delivered all of ${path}` }
  const oldest = age === undefined ? '' : `, the first event of them ${ago(age)}`
  const what = `${name} is ${bytes(waiting.bytes)} in ${waiting.files} file(s) of ${path} behind${oldest}; checkpoint saved ${ago(savedAgo)}`
  if ((age ?? savedAgo) < BEHIND_MS) return { check: 'progress', severity: 'ok', message: what }
  const isStanding = savedAgo > BEHIND_MS
  return { check: 'progress', severity: isStanding ? 'error' : 'warning', message: what, repair: LOOK }
}

async function timeIn(path: string, offset: number): Promise<number | undefined> {
  const file = await PlainFile.open(path).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    return await timeAt(file, offset)
  } finally {
    await file.close()
  }
}
