import { access, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { describe } from '../../pipeline/health.ts'
import type { Log } from '../../pipeline/log.ts'
import { type Mark, markSchema } from './mark.ts'

const VERSION = 1

const checkpointSchema = z.object({
  version: z.literal(VERSION),
  /** What was read of each log, by the path of its live file. */
  logs: z.record(z.string(), z.array(markSchema)),
})

/** What was read and acknowledged, by the path of the log's live file. */
export type Checkpoint = ReadonlyMap<string, readonly Mark[]>

/** Where a receiver keeps its checkpoint: each receiver of each pipeline its own. */
export function checkpointPath(stateDir: string, pipeline: string, id: string): string {
  // `@` does not survive the encoding, so no two pairs share a name.
  return join(stateDir, 'checkpoints', `${encodeURIComponent(pipeline)}@${encodeURIComponent(id)}.json`)
}

/** The checkpoint as it is written. */
export function serializeCheckpoint(checkpoint: Checkpoint): string {
  return `${JSON.stringify({ version: VERSION, logs: Object.fromEntries(checkpoint) })}\n`
}

/** The checkpoint in a file. @throws Error when it is not there or cannot be used */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const saved = checkpointSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  return new Map(Object.entries(saved.logs))
}

/** The saved checkpoint; undefined at the first start. One that cannot be used is set aside, and everything is read again. */
export async function loadCheckpoint(path: string, log: Log): Promise<Checkpoint | undefined> {
  try {
    return await readCheckpoint(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    const aside = await setAside(path).then(
      name => `The file was set aside: ${name}`,
      failure => `The file could not be set aside: ${describe(failure)}`,
    )
    log.error(
      `cannot use the checkpoint ${path} (${reasonOf(error)}): reading the log from its beginning; ` +
        `events are repeated, none is lost. ${aside}`,
    )
    return new Map()
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'damaged: not JSON'
  if (error instanceof z.ZodError)
    return `not of version ${VERSION} or damaged: ${z.prettifyError(error).replaceAll('\n', ' ')}`
  return describe(error)
}

async function setAside(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const aside = `${path}.damaged-${n}`
    const isTaken = await access(aside).then(
      () => true,
      () => false,
    )
    if (isTaken) continue
    await rename(path, aside)
    return aside
  }
}
