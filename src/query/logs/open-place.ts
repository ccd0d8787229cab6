import { type ByteSource, isSameFile } from '../../receivers/audit-log/byte-source.ts'
import { LogPlace } from '../../receivers/audit-log/log-place.ts'
import { logPaths, type PlaceOptions } from '../../receivers/audit-log/provider-presets.ts'
import { logOf, type OpenLog, type OpenLogs, openSource, type Unreadable } from './log-files.ts'

/** Opens the log of a provider or place: its rotated files, the oldest first, and the live one. */
export async function openPlace(options: PlaceOptions): Promise<OpenLogs> {
  const places = logPaths(options).map(path => new LogPlace(path))
  const logs: OpenLog[] = []
  const unreadable: Unreadable[] = []
  const [first] = places
  let place = first
  for (const candidate of places.toReversed()) if (await candidate.hasLog()) place = candidate
  for (const folder of (await place?.logs()) ?? []) {
    // The live file first: one that is rotated away after that is in the list of names, and known by its inode.
    const live = await opened(folder.live.path, unreadable)
    for (const file of await folder.rotated()) {
      const source = await opened(file.path, unreadable)
      if (source === undefined) continue
      if (live !== undefined && isSameFile(source.stats, live.stats)) await source.close()
      else logs.push(logOf(source))
    }
    if (live !== undefined) logs.push(logOf(live))
  }
  if (logs.length === 0 && unreadable.length === 0)
    unreadable.push({ path: places.map(({ path }) => path).join(' or '), error: new Error('no such log') })
  return { logs, unreadable }
}

async function opened(path: string, unreadable: Unreadable[]): Promise<ByteSource | undefined> {
  try {
    return await openSource(path)
  } catch (error) {
    unreadable.push({ path, error: error instanceof Error ? error : new Error(String(error)) })
    return undefined
  }
}
