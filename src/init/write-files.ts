import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlannedFile } from './plan.ts'

/** Files that are there already, and were not to be overwritten. */
export class FilesExist extends Error {
  override name = 'FilesExist'
}

/** Writes all files into a folder, which is made, or none. @throws FilesExist when one is there, unless `force` */
export async function writeFiles(
  folder: string,
  files: readonly PlannedFile[],
  force: boolean,
): Promise<void> {
  const taken = files.map(({ name }) => join(folder, name)).filter(path => existsSync(path))
  if (taken.length > 0 && !force)
    throw new FilesExist(`${taken.join(', ')}: there already, nothing was written; --force overwrites`)
  await mkdir(folder, { recursive: true })
  for (const { name, text } of files)
    await writeFile(join(folder, name), text, { flag: force ? 'w' : 'wx', mode: 0o600 })
}
