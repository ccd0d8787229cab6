import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeadLetterRecord } from '../../src/pipeline/dead-letter-line.ts'

/** What a dead-letter file holds. */
export interface DeadLetterFile {
  /** Events and other lines of the log. */
  readonly raws: readonly Buffer[]
  /** Lines of the file that a crash or a full disk has torn: no letters. */
  readonly torn: number
}

/** Reads the dead letters of a pipeline; none when there is no file. */
export async function readDeadLetters(stateDir: string, pipeline: string): Promise<DeadLetterFile> {
  const path = join(stateDir, 'dead-letters', `${pipeline}.jsonl`)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const raws: Buffer[] = []
  let torn = 0
  for (const line of text.split('\n').filter(line => line !== '')) {
    const record = parse(line)
    if (record === undefined) torn++
    else
      raws.push(
        Buffer.from(record.event ?? record.eventBase64 ?? '', record.event === undefined ? 'base64' : 'utf8'),
      )
  }
  return { raws, torn }
}

function parse(line: string): DeadLetterRecord | undefined {
  try {
    return JSON.parse(line) as DeadLetterRecord
  } catch {
    return undefined
  }
}
