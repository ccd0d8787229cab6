import { stat } from 'node:fs/promises'
import { type ByteSource, isSameFile } from './byte-source.ts'
import type { LogFile } from './rotated-files.ts'
import { codeOf } from './troubles.ts'

/** What became of the live file since its end was reached: another file or none has its name now, or it was written to. */
export type LiveChange = 'none' | 'written' | 'rotated'

/** Compares the open file with what is under its path now, by one `stat`. */
export async function liveChange({ path, stats }: ByteSource): Promise<LiveChange> {
  try {
    const now = await stat(path, { bigint: true })
    // Reliable only because the file is held open: its inode cannot be used again meanwhile.
    if (!isSameFile(now, stats)) return 'rotated'
    return now.size === stats.size && now.mtimeNs === stats.mtimeNs ? 'none' : 'written'
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'rotated'
    throw error
  }
}

/** Whether the open file has one of these names now. */
export async function isAmong({ stats }: ByteSource, files: readonly LogFile[]): Promise<boolean> {
  for (const { path } of files) {
    const now = await stat(path, { bigint: true }).catch(() => undefined)
    if (now !== undefined && isSameFile(now, stats)) return true
  }
  return false
}
