import type { FileHandle } from 'node:fs/promises'

const NEWLINE = 0x0a
const CHUNK = 64 * 1024
/** How lines of this exporter begin, of either format. */
const BEGINNINGS = [Buffer.from('{"timestamp":"'), Buffer.from('{"resourceLogs":')]

/**
 * Cuts off the half line that a crash or a full disk left at the end of the file, so that the next line is not glued to
 * it; its event was not acknowledged and comes again. A last line that this exporter cannot have written is completed
 * by a newline instead: it is somebody else's. Returns how many bytes were cut.
 */
export async function repairTornLine(file: FileHandle): Promise<number> {
  const { size } = await file.stat()
  const end = await endOfLastLine(file, size)
  if (end === size) return 0
  if (await isOurs(file, end, size)) {
    await file.truncate(end)
    return size - end
  }
  await file.appendFile('\n')
  return 0
}

/** Offset after the last newline, 0 when there is none. */
async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const chunk = Buffer.alloc(CHUNK)
  for (let end = size; end > 0; end -= CHUNK) {
    const start = Math.max(0, end - CHUNK)
    const { bytesRead } = await file.read(chunk, 0, end - start, start)
    const found = chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE)
    if (found >= 0) return start + found + 1
  }
  return 0
}

/** Some file systems fill what they lost with NUL bytes. */
async function isOurs(file: FileHandle, start: number, end: number): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, Math.min(16, end - start), start)
  const found = buffer.subarray(0, bytesRead)
  if (found.every(byte => byte === 0)) return true
  return BEGINNINGS.some(line => {
    const length = Math.min(line.length, found.length)
    return line.subarray(0, length).equals(found.subarray(0, length))
  })
}
