import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import * as z from 'zod'
import { connectionOptions } from '../../src/postgres/connection-options.ts'
import type { Database } from '../../src/postgres/database.ts'
import { serverDatabase } from '../../src/postgres/server-database.ts'
import { waitUntil } from '../wait-until.ts'
import { freePort } from './free-port.ts'

/** Whatever has an end: a test, a benchmark. */
type Lifetime = Pick<TestContext, 'after'>

/** A PostgreSQL server on 127.0.0.1 that takes connections. */
export interface PostgresServer {
  readonly port: number
  /** Folder with its data, its socket and its log. */
  readonly folder: string
  /** `postgres://USER@127.0.0.1:PORT/DATABASE`; default: the superuser and `postgres`. */
  url(database?: string, user?: string): string
  /** A database of its own for a test, dropped with the server, and a connection as superuser. */
  newDatabase(t: Lifetime): Promise<TestDatabase>
  /** Puts this line before all others of pg_hba.conf; read when the server reloads. */
  authenticate(line: string): void
  /** Copies a file into its data folder, for the server alone. */
  take(path: string, name: string): void
  /** SIGKILL to the server and all that it started; resolves when it has ended. */
  kill(): Promise<void>
  /** Stops it: `fast` ends connections, as an administrator or a failover does. */
  stop(): Promise<void>
  /** Starts it again with the same data on the same port. */
  start(settings?: Record<string, string>): Promise<void>
}

/** A database and a superuser's connection to it. */
export interface TestDatabase {
  readonly name: string
  readonly url: string
  readonly admin: Database
}

const FOLDER = '/usr/lib/postgresql'
const MISSING = `no PostgreSQL server in ${FOLDER}: install Debian's package postgresql`

/** Why there is no server to start; undefined when there is one. With AUDITSHIP_REQUIRE_SERVERS=1 nothing is skipped: the test runs, and fails if it is missing. */
export function postgresUnavailable(): string | undefined {
  if (process.env.AUDITSHIP_REQUIRE_SERVERS === '1' || binaries() !== undefined) return undefined
  return MISSING
}

/** Starts a server, in 2 s. Killed after this test, or after all tests of the file. @param settings such as `max_connections` */
export async function startPostgres(
  until: Lifetime | 'file',
  settings: Record<string, string> = {},
): Promise<PostgresServer> {
  const bin = binaries()
  if (bin === undefined) throw new Error(MISSING)
  const folder = mkdtempSync(join(tmpdir(), 'auditship-pg-'))
  const user = unprivileged()
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? 0)
  const data = join(folder, 'data')
  const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8']
  execFileSync(join(bin, 'initdb'), initdb, { ...user, stdio: 'pipe', cwd: folder })
  const port = await freePort()
  let child: ChildProcess | undefined
  let databases = 0
  const admins = new Set<Database>()

  const start = async (more: Record<string, string> = {}) => {
    const all = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      fsync: 'off',
      ...settings,
      ...more,
    }
    const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const launch = () => {
      const log = openSync(join(folder, 'log'), 'a')
      child = spawn(join(bin, 'postgres'), ['-D', data, ...args], {
        ...user,
        cwd: folder,
        stdio: ['ignore', log, log],
      })
      closeSync(log)
      child.unref() // a test that fails before it stops its server ends all the same
    }
    launch()
    await waitUntil(async () => {
      if (child?.exitCode === null) return isUp(url())
      const said = readFileSync(join(folder, 'log'), 'utf8')
      // What a killed server had started takes a moment to notice and end.
      if (!/pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(said))
        throw new Error(`PostgreSQL ended: ${said}`)
      launch()
      return false
    }, 'PostgreSQL takes connections')
  }
  const end = async (signal: NodeJS.Signals) => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.ref()
    child.kill(signal)
    await ended
  }
  const url = (database = 'postgres', name = 'postgres') => `postgres://${name}@127.0.0.1:${port}/${database}`
  const leaveNothing = () => {
    for (const admin of admins) void admin.close()
    if (child?.exitCode === null && child.signalCode === null)
      execFileSync(join(bin, 'pg_ctl'), ['stop', '-D', data, '-m', 'immediate', '-s'], {
        ...user,
        cwd: folder,
      })
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', leaveNothing)
  if (until !== 'file')
    until.after(() => {
      leaveNothing()
      process.off('exit', leaveNothing)
    })
  await start()

  return {
    port,
    folder,
    url,
    start,
    authenticate(line) {
      const file = join(data, 'pg_hba.conf')
      writeFileSync(file, `${line}\n${readFileSync(file, 'utf8')}`)
    },
    take(path, name) {
      const copy = join(data, name)
      copyFileSync(path, copy)
      chmodSync(copy, 0o600)
      if (user.uid !== undefined) chownSync(copy, user.uid, user.gid ?? 0)
    },
    async kill() {
      const { pid } = child ?? {}
      const started = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
      const ended = end('SIGKILL')
      // They would go on for a moment, and connections with them.
      for (const backend of started) killIfThere(Number(backend))
      await ended
    },
    stop: () => end('SIGINT'),
    async newDatabase(t) {
      const name = `test_${++databases}`
      const root = adminOf(url())
      await root.query(`CREATE DATABASE ${name}`)
      await root.close()
      const admin = adminOf(url(name))
      admins.add(admin)
      t.after(() => admin.close())
      return { name, url: url(name), admin }
    },
  }
}

/** A connection without options. */
export function adminOf(url: string): Database {
  return serverDatabase(url, z.object(connectionOptions()).parse({ poolSize: 2 }))
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function isUp(url: string): Promise<boolean> {
  const database = adminOf(url)
  try {
    await database.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await database.close()
  }
}

/** The folder of the newest installed version's programs. */
function binaries(): string | undefined {
  const versions = existsSync(FOLDER) ? readdirSync(FOLDER).toSorted((a, b) => Number(b) - Number(a)) : []
  return versions.map(version => join(FOLDER, version, 'bin')).find(bin => existsSync(join(bin, 'initdb')))
}

/** PostgreSQL refuses to run as root; Debian's package has made a user for it. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const [, , uid, gid] = /^postgres:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0].split(':') ?? []
  return { uid: Number(uid), gid: Number(gid) }
}
