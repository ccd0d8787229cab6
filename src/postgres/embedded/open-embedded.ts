import { existsSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { RetryableError } from '../../pipeline/errors.ts'
import { describe } from '../../pipeline/health.ts'
import type { Log } from '../../pipeline/log.ts'
import { makeFolder } from '../../pipeline/sync-folder.ts'
import { holdFile } from '../../state-dir.ts'
import { Connection } from '../connection.ts'
import type { Database } from '../database.ts'
import { PooledDatabase } from '../pooled-database.ts'
import { EmbeddedDatabase } from './embedded-database.ts'
import { type EmbeddedPlace, embeddedPlace } from './place.ts'
import type { SessionRights } from './session.ts'
import { serveSocket } from './socket-server.ts'

/** Longest answer to a reader: it goes through the agent's memory. */
const READER_ANSWER = 256 * 1024 * 1024
/** A reader must not hold up deliveries for long, in milliseconds. */
const READER_TIMEOUT_MS = 30_000
/** How long a reader waits for an agent that has the lock and does not serve yet, in milliseconds. */
const PATIENCE_MS = 30_000
const POLL_MS = 100
/** The agent waits for a reader's short query: who comes once in a while may find one there each time. */
const WRITER_PATIENCE_MS = 5_000

const reader = (statementTimeout: number): SessionRights => ({
  role: 'guest',
  statementTimeout,
  answerLimit: READER_ANSWER,
})

/**
 * Opens the embedded PostgreSQL of a `stateDir` for its agent, makes it if it is missing, and serves it to readers.
 * @throws RetryableError when another process has it open, or it cannot be opened
 */
export async function openOwnEmbedded(
  stateDir: string,
  statementTimeout: number,
  log: Log,
  readerTimeout = READER_TIMEOUT_MS,
): Promise<Database> {
  const place = embeddedPlace(stateDir)
  const release = await lockForWriting(place)
  const embedded = new EmbeddedDatabase(place)
  try {
    await embedded.engine()
  } catch (cause) {
    release()
    throw new RetryableError(`cannot open the embedded PostgreSQL in ${place.folder}`, {
      cause,
      needsOperator: true,
    })
  }
  const stopServing = await serveSocket(place.socket, embedded, reader(readerTimeout)).catch(
    (error: unknown) => {
      log.warn(
        `cannot serve ${place.socket}, so nobody can query it while the agent runs: ${describe(error)}`,
      )
      return async () => {}
    },
  )
  const owner: SessionRights = { role: 'owner', statementTimeout, answerLimit: Number.MAX_SAFE_INTEGER }
  const database = embedded.connect(owner, stopServing)
  return { ...database, close: () => database.close().finally(release) }
}

/**
 * Opens the embedded PostgreSQL of a `stateDir` for reading: by the socket of the agent that has it open, else itself.
 * @throws Error when there is none, or an agent has it open and does not serve it
 */
export async function openEmbeddedForReading(stateDir: string, statementTimeout: number): Promise<Database> {
  const place = embeddedPlace(resolve(stateDir))
  if (!existsSync(place.data)) {
    throw new Error(
      `no embedded PostgreSQL in ${place.folder}: expected the service.stateDir of an agent that has run with the ` +
        'postgres exporter, or --url or DATABASE_URL for a server',
    )
  }
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await wait(POLL_MS)) {
    const served = bySocket(place, statementTimeout)
    if (
      await served.query('SELECT 1').then(
        () => true,
        () => false,
      )
    )
      return served
    await served.close()
    const release = await holdFile(place.lock)
    if (release === undefined) continue
    const database = new EmbeddedDatabase(place).connect(reader(statementTimeout), async () => {})
    return { ...database, close: () => database.close().finally(release) }
  }
  throw new Error(`another process has ${place.data} open and does not serve ${place.socket}`)
}

function bySocket({ folder, socket }: EmbeddedPlace, statementTimeout: number): Database {
  return new PooledDatabase({
    place: socket,
    size: 1,
    connectTimeout: PATIENCE_MS,
    statementTimeout,
    connect: signal => Connection.open({ host: folder, port: 5432, ssl: false, user: 'auditship' }, signal),
  })
}

async function lockForWriting(place: EmbeddedPlace): Promise<() => void> {
  const folder = makeFolder(place.folder).then(() => chmod(place.folder, 0o700))
  await folder.catch((cause: unknown) => {
    throw new RetryableError(`cannot create ${place.folder}`, { cause, needsOperator: true })
  })
  for (const until = Date.now() + WRITER_PATIENCE_MS; ; await wait(POLL_MS)) {
    const release = await holdFile(place.lock).catch((cause: unknown) => {
      throw new RetryableError(`cannot lock ${place.lock}`, { cause, needsOperator: true })
    })
    if (release !== undefined) return release
    if (Date.now() > until)
      throw new RetryableError(`the embedded PostgreSQL in ${place.folder} is open in another process`)
  }
}
