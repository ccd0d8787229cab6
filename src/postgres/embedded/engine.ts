import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { describe } from '../../pipeline/health.ts'

/** What a worker is started for; `folder` is PostgreSQL's data folder. */
export interface EngineTask {
  readonly task: 'create' | 'serve'
  readonly folder: string
}

/** Messages of PostgreSQL's protocol, and how many bytes of the answer are wanted; without bytes: close and end. */
export interface EngineRequest {
  readonly bytes: Uint8Array | undefined
  readonly limit: number
}

/** What the worker says. */
export type EngineAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** `isCut`: the answer was longer than wanted, the rest is left out. */
  | { readonly kind: 'end'; readonly isCut: boolean }

/** How long it may take to close, in milliseconds: a checkpoint writes all that changed. */
const CLOSE_MS = 30_000

/** How long it may take to open, in milliseconds: after a crash all that was logged is written again. */
const OPEN_MS = 300_000

/** In an error after which PostgreSQL has to be started again. PGlite goes on, in disorder. Rows cannot hold its NUL. */
const PANIC = Buffer.from('VPANIC\0')

/** The PostgreSQL of a data folder, in a thread of its own. It is one session: whoever asks must wait for his turn. */
export class Engine {
  readonly #worker: Worker
  #failure: Error | undefined
  #fail: (error: Error) => void = () => {}

  private constructor(worker: Worker) {
    this.#worker = worker
    const failed = (error: Error) => {
      this.#failure ??= error
      this.#fail(this.#failure)
    }
    worker.on('error', error => failed(new Error(`the embedded PostgreSQL failed: ${describe(error)}`)))
    worker.on('exit', () => failed(new Error('the embedded PostgreSQL has ended')))
  }

  /** Opens the database in `folder`, which is made if it is missing: takes a second, then several. */
  static async open(folder: string): Promise<Engine> {
    if (!existsSync(folder)) await make(folder)
    const engine = new Engine(startWorker({ task: 'serve', folder }))
    await engine.#within(OPEN_MS, () => engine.#until('ready', () => {}))
    return engine
  }

  /** Why it is of no use any more; undefined while it works. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /**
   * Has PostgreSQL take messages of its protocol, and hands over the pieces of its answer as they come.
   * @param limit longest answer that is wanted, in bytes
   * @returns whether the answer was longer, and is cut
   * @throws Error when PostgreSQL fails, or takes more than `ms` milliseconds: it is then killed, and to be opened again
   */
  async exchange(
    bytes: Uint8Array,
    limit: number,
    ms: number,
    take: (bytes: Uint8Array) => void,
  ): Promise<boolean> {
    let end = Buffer.alloc(0)
    const watch = (piece: Uint8Array) => {
      const seen = Buffer.concat([end, piece])
      if (seen.includes(PANIC)) this.#stop('it panicked, as when the disk is full')
      end = seen.subarray(1 - PANIC.length)
      take(piece)
    }
    return this.#within(ms, () => {
      this.#ask({ bytes, limit })
      return this.#until('end', watch)
    })
  }

  /** Writes all there is and ends. */
  async close(): Promise<void> {
    if (this.#failure !== undefined) return
    const ended = once(this.#worker, 'exit')
    this.#ask({ bytes: undefined, limit: 0 })
    const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_MS)
    await ended
    clearTimeout(timer)
  }

  async #within<T>(ms: number, task: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#stop(`no answer within ${ms} ms (timeout)`), ms)
    try {
      return await task()
    } finally {
      clearTimeout(timer)
    }
  }

  #stop(why: string): void {
    this.#failure ??= new Error(`the embedded PostgreSQL was stopped: ${why}`)
    void this.#worker.terminate()
  }

  #ask(request: EngineRequest): void {
    this.#worker.postMessage(request)
  }

  /** Resolves when the worker says so; hands over what comes before. */
  async #until(kind: 'ready' | 'end', take: (bytes: Uint8Array) => void): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const hear = (answer: EngineAnswer) => {
      if (answer.kind === 'data') take(answer.bytes)
      else if (answer.kind === kind) resolve(answer.kind === 'end' && answer.isCut)
    }
    this.#fail = reject
    this.#worker.on('message', hear)
    try {
      return await promise
    } finally {
      this.#fail = () => {}
      this.#worker.off('message', hear)
    }
  }
}

/** In a thread of its own: only its end gives the memory back that this takes. */
async function make(folder: string): Promise<void> {
  try {
    await once(startWorker({ task: 'create', folder }), 'exit')
  } catch (cause) {
    throw new Error(`cannot make an embedded PostgreSQL in ${folder}`, { cause })
  }
}

function startWorker(workerData: EngineTask): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData })
}
