import { describe } from '../../pipeline/health.ts'
import type { Engine } from './engine.ts'
import type { Turns } from './turns.ts'
import { fatal, MessageReader, queryMessage, READY_LENGTH, typeOf, welcome } from './wire.ts'

/** What a client of the embedded PostgreSQL may do. Times are in milliseconds, sizes in bytes. */
export interface SessionRights {
  /** `owner`: everything. `guest`: each statement runs in a read-only transaction of its own, and nothing of it is left. */
  readonly role: 'owner' | 'guest'
  /** Longest time a statement may take; then PostgreSQL is stopped and opened again. */
  readonly statementTimeout: number
  /** Longest answer. */
  readonly answerLimit: number
}

/** Where answers go. */
export interface Peer {
  send(bytes: Uint8Array): void
  /** Ends the connection. */
  end(): void
}

/** The session that all share. */
export interface Shared {
  readonly turns: Turns
  /** The engine, opened if need be. */
  engine(): Promise<Engine>
  /** Called after statements of an owner that were so many bytes long, while it is still his turn. */
  tidy(bytes: number): Promise<void>
}

const BEGIN = queryMessage('BEGIN TRANSACTION READ ONLY')
const ROLLBACK = queryMessage('ROLLBACK')
const DISCARD = queryMessage('DISCARD ALL')

/**
 * One client's connection to the embedded PostgreSQL, which knows one session only. Statements of clients are done one after the
 * other; an owner keeps his turn until his transaction is over, so that nobody's statement comes into it.
 */
export class Session {
  readonly #shared: Shared
  readonly #rights: SessionRights
  readonly #peer: Peer
  readonly #reader = new MessageReader()
  /** Messages of a statement that is not complete yet. */
  #group: Buffer[] = []
  #isKnown = false
  #isClosed = false
  #working: Promise<void> = Promise.resolve()
  #endTurn: (() => void) | undefined

  constructor(shared: Shared, rights: SessionRights, peer: Peer) {
    this.#shared = shared
    this.#rights = rights
    this.#peer = peer
  }

  /** Takes bytes of the client. */
  receive(bytes: Uint8Array): void {
    if (this.#isClosed) return
    this.#reader.add(bytes)
    try {
      while (!this.#isKnown && this.#open()) {}
      while (this.#isKnown && this.#next()) {}
    } catch (error) {
      this.#fail('08P01', error)
    }
  }

  /** The client has gone, or shall go. What it had begun is rolled back. Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#working
    if (this.#endTurn === undefined) return
    await this.#exchange(ROLLBACK, () => {}).catch(() => {})
    this.#endTurn()
    this.#endTurn = undefined
  }

  #open(): boolean {
    const opening = this.#reader.opening()
    if (opening === 'encryption') this.#peer.send(Buffer.from('N'))
    if (opening === 'cancel') this.#peer.end()
    if (opening === 'startup') {
      this.#isKnown = true
      this.#peer.send(welcome())
    }
    return opening !== undefined && opening !== 'cancel'
  }

  #next(): boolean {
    const message = this.#reader.next()
    if (message === undefined) return false
    const type = typeOf(message)
    if (type === 'X') {
      this.#peer.end()
      return false
    }
    // A client that wants answers within a statement would hold up all others as long as it likes.
    if (type === 'H') throw new Error('Flush is not supported: end each statement with Sync')
    this.#group.push(message)
    if (!'QSF'.includes(type)) return true
    const group = Buffer.concat(this.#group)
    this.#group = []
    this.#working = this.#working.then(() => this.#answer(group))
    return true
  }

  async #answer(group: Buffer): Promise<void> {
    if (this.#isClosed) return
    try {
      this.#endTurn ??= await this.#shared.turns.take()
      const isOwner = this.#rights.role === 'owner'
      // It may have gone while it waited.
      const isOpen = !this.#isClosed && (isOwner ? await this.#ask(group) : await this.#askAsGuest(group))
      if (isOpen) return
      if (isOwner) await this.#shared.tidy(group.length)
    } catch (error) {
      this.#fail('57P01', error)
    }
    this.#endTurn?.()
    this.#endTurn = undefined
  }

  async #askAsGuest(group: Buffer): Promise<false> {
    await this.#exchange(BEGIN, () => {})
    try {
      await this.#ask(group)
    } finally {
      await this.#exchange(ROLLBACK, () => {})
      await this.#exchange(DISCARD, () => {})
    }
    return false
  }

  /** Has it answered; true when a transaction is open then. */
  async #ask(group: Buffer): Promise<boolean> {
    let held = Buffer.alloc(0)
    await this.#exchange(group, bytes => {
      const all = Buffer.concat([held, bytes])
      // ReadyForQuery is held back until all is done: the client would ask on.
      const end = Math.max(0, all.length - READY_LENGTH)
      if (end > 0) this.#peer.send(all.subarray(0, end))
      held = all.subarray(end)
    })
    const isOpen = held.at(-1) !== 'I'.charCodeAt(0)
    if (this.#rights.role === 'guest') held[held.length - 1] = 'I'.charCodeAt(0)
    this.#peer.send(held)
    return isOpen
  }

  async #exchange(bytes: Uint8Array, take: (bytes: Uint8Array) => void): Promise<void> {
    const { statementTimeout, answerLimit } = this.#rights
    const engine = await this.#shared.engine()
    const isCut = await engine.exchange(bytes, answerLimit, statementTimeout, take)
    if (isCut) throw new Error(`the answer is longer than ${answerLimit} bytes: ask for less, by LIMIT`)
  }

  #fail(code: string, error: unknown): void {
    this.#isClosed = true
    this.#peer.send(fatal(code, describe(error)))
    this.#peer.end()
  }
}
