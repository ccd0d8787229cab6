import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Connection } from '../connection.ts'
import type { Database } from '../database.ts'
import { PooledDatabase } from '../pooled-database.ts'
import { Engine } from './engine.ts'
import { LocalSocket } from './local-socket.ts'
import type { EmbeddedPlace } from './place.ts'
import type { SessionRights, Shared } from './session.ts'
import { Turns } from './turns.ts'
import { queryMessage } from './wire.ts'

/** Bytes of statements, and statements, after which PostgreSQL's log is looked at. */
const LOOK_AFTER_BYTES = 256 * 1024
const LOOK_AFTER_STATEMENTS = 100
/** Segments of the log, of a megabyte each, that call for a checkpoint. Here PostgreSQL makes none by itself: its log would grow for ever. */
const MOST_SEGMENTS = 64
const CHECKPOINT = queryMessage('CHECKPOINT')
const CHECKPOINT_MS = 600_000

/** The PostgreSQL of a data folder, open in this process, which holds its lock. Opened again when it has failed. */
export class EmbeddedDatabase implements Shared {
  readonly turns = new Turns()
  readonly #place: EmbeddedPlace
  #engine: Promise<Engine> | undefined
  #bytes = 0
  #statements = 0

  constructor(place: EmbeddedPlace) {
    this.#place = place
  }

  async engine(): Promise<Engine> {
    const current = await this.#engine
    if (current !== undefined && current.failure === undefined) return current
    this.#engine = Engine.open(this.#place.data)
    this.#engine.catch(() => {
      this.#engine = undefined
    })
    return this.#engine
  }

  async tidy(bytes: number): Promise<void> {
    this.#bytes += bytes
    if (++this.#statements < LOOK_AFTER_STATEMENTS && this.#bytes < LOOK_AFTER_BYTES) return
    this.#bytes = 0
    this.#statements = 0
    const segments = await readdir(join(this.#place.data, 'pg_wal'))
    if (segments.length < MOST_SEGMENTS) return
    const engine = await this.engine()
    await engine.exchange(CHECKPOINT, 0, CHECKPOINT_MS, () => {})
  }

  /** Connections of this process to it, one at a time. @param close what else is to be closed with them */
  connect(rights: SessionRights, close: () => Promise<void>): Database {
    const database = new PooledDatabase({
      place: `the embedded PostgreSQL in ${this.#place.folder}`,
      size: 1,
      connectTimeout: rights.statementTimeout,
      statementTimeout: rights.statementTimeout,
      connect: signal =>
        Connection.open({ ssl: false, user: 'auditship' }, signal, new LocalSocket(this, rights)),
    })
    return {
      place: database.place,
      query: (...statement) => database.query(...statement),
      transaction: (work, signal) => database.transaction(work, signal),
      close: async () => {
        await database.close()
        await close()
        const engine = await this.#engine
        await engine?.close()
      },
    }
  }
}
