import type { FileHandle } from 'node:fs/promises'
import { leadingZeros } from './split-lines.ts'

const STEP = 256 * 1024
/** How each member begins by RFC 1952: its magic number and the method deflate. */
const MEMBER_START = Buffer.from([0x1f, 0x8b, 8])
const HEADER_LENGTH = 10

/**
 * Whether nothing after its beginning looks like the header of another member: then ISIZE is the size of the whole content,
 * modulo 2^32. Reads the file, without decompressing it; compressed bytes that look like a header by chance are rare.
 */
export async function hasOneMember(handle: FileHandle): Promise<boolean> {
  const buffer = Buffer.allocUnsafe(STEP)
  for (let from = 1; ; from += STEP - HEADER_LENGTH) {
    const { bytesRead } = await handle.read(buffer, 0, STEP, from)
    if (hasHeader(buffer.subarray(0, bytesRead))) return false
    if (bytesRead < STEP) return true
  }
}

/** Whether nothing but NUL bytes follows `from`: files are padded with them. */
export async function isOnlyPadding(handle: FileHandle, from: number): Promise<boolean> {
  const buffer = Buffer.allocUnsafe(STEP)
  for (let at = from; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return true
    if (leadingZeros(buffer.subarray(0, bytesRead)) < bytesRead) return false
    at += bytesRead
  }
}

function hasHeader(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(MEMBER_START); at >= 0; at = bytes.indexOf(MEMBER_START, at + 1)) {
    const flags = bytes[at + 3] ?? 0xff
    const extraFlags = bytes[at + 8] ?? 0xff
    if (flags < 0x20 && [0, 2, 4].includes(extraFlags)) return true
  }
  return false
}
