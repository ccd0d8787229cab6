import { closeSync, fsyncSync, openSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** As PGlite starts by default, but for what is said. */
const start = (isSynced: boolean) => [
  '--single',
  '-O',
  '-j',
  ...settings({
    search_path: 'public',
    exit_on_error: 'false',
    log_checkpoints: 'false',
    max_worker_processes: '0',
    max_parallel_workers: '0',
    max_parallel_workers_per_gather: '0',
    max_parallel_maintenance_workers: '0',
    io_method: 'sync',
    // By default PGlite runs with `-F`: a power loss could take what was committed, or all.
    fsync: isSynced ? 'on' : 'off',
    wal_sync_method: 'fsync', // fdatasync does nothing in PGlite
    // The default of 128 MB is memory of this process from the start.
    shared_buffers: '8MB',
    max_wal_size: '16MB', // how much of its log is kept to be used again
  }),
]
/** Small segments: the database takes 30 MB of disk, not 70. */
const INITDB = ['--wal-segsize=1', '--no-sync']

/** Files of a folder that are synced when PostgreSQL asks for it, which PGlite's own do not do. */
class DurableFiles extends NodeFS {
  override async init(...parameters: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...parameters)
    const addSync = ({ NODEFS }: EmscriptenModule) => {
      NODEFS.stream_ops.fsync = ({ nfd, node }) => sync(nfd ?? NODEFS.realPath(node))
    }
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [...(emscriptenOpts.preRun ?? []), addSync as never],
      },
    }
  }
}

/** What is used of Emscripten's file system: https://github.com/emscripten-core/emscripten/blob/main/src/lib/libnodefs.js */
interface EmscriptenModule {
  readonly NODEFS: {
    readonly stream_ops: { fsync?: (stream: EmscriptenStream) => void }
    realPath(node: unknown): string
  }
}

interface EmscriptenStream {
  /** The file descriptor; folders have none. */
  readonly nfd?: number
  readonly node: unknown
}

/** Opens the PostgreSQL in a folder, which is made if it is missing. @param isSynced whether commits are synced to the disk */
export async function openPglite(folder: string, isSynced = true): Promise<PGlite> {
  const pglite = new PGlite({
    fs: new DurableFiles(folder),
    startParams: start(isSynced),
    initDbStartParams: INITDB,
  })
  await pglite.waitReady
  return pglite
}

function sync(file: number | string): void {
  if (typeof file === 'number') {
    fsyncSync(file)
    return
  }
  const folder = openSync(file, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function settings(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
