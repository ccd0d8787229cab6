import { Duplex } from 'node:stream'
import { Session, type SessionRights, type Shared } from './session.ts'

/** A connection to the embedded PostgreSQL of this process, as pg's client uses a socket. */
export class LocalSocket extends Duplex {
  readonly #session: Session

  constructor(shared: Shared, rights: SessionRights) {
    super({ allowHalfOpen: false }) // when the session ends it, pg hears of it by its close
    this.#session = new Session(shared, rights, {
      send: bytes => void this.push(Buffer.from(bytes)),
      end: () => this.push(null),
    })
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'))
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#session.receive(bytes)
    done()
  }

  override _final(done: () => void): void {
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    void this.#session.close().then(() => done(error))
  }
}
