// Loaded into an agent with --import: writing into some folders is slow and fails at random, as on a full or dying disk.
// FAILING_DISK={"folders":["/…"],"probability":0.2,"seed":1}
import fs, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { Random } from '../../bench/corpus/random.ts'

/** What this module reads from its environment variable. */
export interface FailingDisk {
  /** Paths below these are affected. */
  readonly folders: readonly string[]
  /** Of each operation to fail. */
  readonly probability: number
  readonly seed: number
}

/** The overload of `FileHandle.write` that is used here. */
type Write = (data: Buffer, offset: number, length?: number) => Promise<{ bytesWritten: number }>

const setting = process.env.FAILING_DISK
if (setting !== undefined && setting !== '') fail(JSON.parse(setting) as FailingDisk)

function fail({ folders, probability, seed }: FailingDisk): void {
  const random = new Random(seed)
  const { open, rename } = fs
  const isAffected = (path: unknown) => folders.some(folder => String(path).startsWith(folder))
  const mayFail = (syscall: string, codes: readonly (keyof typeof MESSAGES)[]) => {
    if (random.chance(probability)) throw failure(random.pick(codes), syscall)
  }

  /** Some of the bytes are written before the disk is full, as `write(2)` does it. */
  const writeAll = async (handle: FileHandle, write: Write, data: unknown) => {
    const bytes = Buffer.from(data as string | Buffer)
    if (random.chance(probability)) {
      await write.call(handle, bytes.subarray(0, random.integer(0, bytes.length)), 0)
      throw failure(random.pick(['ENOSPC', 'EIO']), 'write')
    }
    // A slow disk takes some writes in two parts, and the process may be killed between them.
    const first = random.chance(0.5) ? random.integer(0, bytes.length) : bytes.length
    for (let at = 0; at < bytes.length; ) {
      const end = at < first ? first : bytes.length
      at += (await write.call(handle, bytes, at, end - at)).bytesWritten
      if (at < bytes.length) await delay(random.integer(0, 20))
    }
  }

  fs.open = async (...args) => {
    if (isAffected(args[0]) && args[1] !== 'r') mayFail('open', ['ENOSPC', 'EIO'])
    const handle = await open(...args)
    if (!isAffected(args[0])) return handle
    const { write, sync, truncate } = handle
    handle.writeFile = data => writeAll(handle, write as Write, data)
    handle.appendFile = data => writeAll(handle, write as Write, data)
    handle.sync = async () => {
      mayFail('fsync', ['EIO', 'ENOSPC'])
      await sync.call(handle)
    }
    handle.truncate = async length => {
      mayFail('ftruncate', ['EIO'])
      await truncate.call(handle, length)
    }
    return handle
  }
  fs.rename = async (from, to) => {
    if (isAffected(to)) mayFail('rename', ['ENOSPC', 'EIO'])
    await rename(from, to)
  }
  syncBuiltinESMExports()
}

const MESSAGES = { ENOSPC: 'no space left on device', EIO: 'i/o error' }

function failure(code: keyof typeof MESSAGES, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${MESSAGES[code]}, ${syscall} (injected)`), { code, syscall })
}
