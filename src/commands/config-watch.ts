import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** How often to look, in milliseconds. By content, so that it holds on every file system and for links that are exchanged, as the kubelet does. */
const POLL_MS = 1_000

/** Tells when a configuration is to be read again: its file has changed, or SIGHUP came. */
export class ConfigWatch {
  readonly #path: string
  readonly #timer: NodeJS.Timeout
  readonly #onSignal = () => this.#wake('SIGHUP')
  #change = Promise.withResolvers<string>()
  /** Of what was read last, and of what was found at the last look. */
  #known: string | undefined
  #seen: string | undefined
  #looking = false
  #isGone = false
  #onGone: (what: string) => void = () => {}

  private constructor(path: string, known: string | undefined, pollMs: number) {
    this.#path = path
    this.#known = known
    this.#seen = known
    this.#timer = setInterval(() => void this.#look(), pollMs).unref()
    // A terminal sends it when it is closed: there it ends the agent, as it ends every other program.
    if (!process.stdin.isTTY) process.on('SIGHUP', this.#onSignal)
  }

  /** Begins to watch; what is read after that is not older than what is watched. */
  static async start(path: string, pollMs = POLL_MS): Promise<ConfigWatch> {
    return new ConfigWatch(path, await digestOf(path), pollMs)
  }

  /** Resolves, to the reason, when it is to be read again. The same promise until `again` is called. */
  get changed(): Promise<string> {
    return this.#change.promise
  }

  /** What has changed is going to be read: waits for the next change from now on. */
  again(): void {
    this.#change = Promise.withResolvers()
  }

  /** Calls `say` with what is to be told when the file is not there or cannot be read any more: once, until it is back. */
  whenGone(say: (what: string) => void): void {
    this.#onGone = say
  }

  stop(): void {
    clearInterval(this.#timer)
    process.off('SIGHUP', this.#onSignal)
  }

  /** A change counts when it is found twice: until then somebody may still be writing. */
  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    const now = await digestOf(this.#path)
    this.#looking = false
    const isSettled = now === this.#seen
    this.#seen = now
    if (isSettled) this.#noteGone(now === undefined)
    if (now === undefined || now === this.#known || !isSettled) return
    this.#known = now
    this.#wake(`${this.#path} has changed`)
  }

  #noteGone(isGone: boolean): void {
    if (isGone && !this.#isGone) this.#onGone(`${this.#path} is gone or cannot be read`)
    this.#isGone = isGone
  }

  #wake(reason: string): void {
    this.#change.resolve(reason)
  }
}

/** Undefined while it cannot be read, such as while it is being replaced. */
async function digestOf(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  return bytes && createHash('sha256').update(bytes).digest('base64')
}
