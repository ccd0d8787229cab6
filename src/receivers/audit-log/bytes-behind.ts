import type { Mark } from './mark.ts'
import type { Sighting } from './sightings.ts'

/** A mark, and what was seen of its content. */
export interface SightedMark {
  readonly mark: Mark
  readonly sighting: Sighting | undefined
}

/** The live file as it was last seen while another one is read; `size` in bytes. */
export interface LiveSize {
  readonly sighting: Sighting | undefined
  readonly size: number
}

/** Bytes that are not acknowledged: of files with a mark, and of the live file, whose mark may be older than its size. */
export function bytesBehind(marks: readonly SightedMark[], live: LiveSize | undefined): number {
  let isLiveCounted = live === undefined
  let bytes = 0
  for (const { mark, sighting } of marks) {
    const isLive = live?.sighting !== undefined && sighting === live.sighting
    isLiveCounted ||= isLive
    const size = isLive ? Math.max(mark.size, live.size) : mark.size
    if (!mark.ended) bytes += Math.max(0, size - mark.offset)
  }
  return isLiveCounted ? bytes : bytes + (live?.size ?? 0)
}
