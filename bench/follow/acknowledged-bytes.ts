import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readCheckpoint } from '../../src/receivers/audit-log/checkpoint.ts'

/** How many bytes of the log the checkpoint in a `stateDir` says are delivered, of an agent that has never seen a file vanish. */
export async function acknowledgedBytes(stateDir: string): Promise<number> {
  const folder = join(stateDir, 'checkpoints')
  const [name, ...others] = readdirSync(folder).filter(name => name.endsWith('.json'))
  if (name === undefined || others.length > 0) throw new Error(`${folder}: expected one checkpoint`)
  const marks = [...(await readCheckpoint(join(folder, name))).values()].flat()
  return marks.reduce((sum, { offset }) => sum + offset, 0)
}
