import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/pipeline/log.ts'
import { openOwnEmbedded } from '../../src/postgres/embedded/open-embedded.ts'

let made: Promise<string> | undefined

/** Makes the one that is copied: a test with a short timeout has it done before. */
export async function makeEmbedded(): Promise<void> {
  made ??= make()
  await made
}

/** Lays a new, empty embedded PostgreSQL into a `stateDir`. Making one takes seconds: they are copies of one made for this file. */
export async function layEmbedded(stateDir: string): Promise<void> {
  await makeEmbedded()
  cpSync(join((await made) ?? '', 'postgres/data'), join(stateDir, 'postgres/data'), { recursive: true })
}

async function make(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'auditship-embedded-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const database = await openOwnEmbedded(folder, 60_000, silentLog)
  await database.close()
  return folder
}
