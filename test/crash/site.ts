import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Random } from '../../bench/corpus/random.ts'
import { AgentLife } from './agent-life.ts'
import type { FailingDisk } from './failing-disk.ts'
import { CLEAN } from './faulty-sink.ts'
import { Lane } from './lane.ts'
import type { Plan } from './plan.ts'

/** What an agent must never say here: nothing of it is true, whatever happens to the agent. */
const NEVER_SAID = /cannot use the checkpoint|failed, trying again|bytes are lost|is gone|is damaged/
/** Said rightly when `maxBackups` deletes a backup that was delivered and stands in no saved checkpoint yet. */
const GONE = /bytes are lost|is gone/

/** About what is written in a tenth of a second. */
const FEW = 40

/** A folder with logs, state and a configuration, backends, and the lives of an agent one after the other. */
export class Site {
  readonly lanes: readonly Lane[]
  readonly random: Random
  readonly stateDir: string
  readonly checkpoints: string
  /** What should not have happened, in words. */
  readonly troubles: string[] = []
  readonly #plan: Plan
  readonly #config: string
  readonly #compileCache: string
  #life: AgentLife | undefined

  constructor(plan: Plan, root: string, seed: number) {
    this.#plan = plan
    this.random = new Random(seed)
    this.stateDir = join(root, 'state')
    this.checkpoints = join(this.stateDir, 'checkpoints')
    this.#config = join(root, 'config.yaml')
    this.#compileCache = join(root, 'compile-cache')
    const names = Array.from({ length: plan.logs ?? 1 }, (_, index) => `log${index + 1}`)
    this.lanes = names.map((name, index) => new Lane(name, plan, root, seed + index))
  }

  /** Backends listen; a first agent has run on nothing, so that later ones start faster: Node.js then has its code compiled. */
  async open(): Promise<void> {
    await mkdir(this.checkpoints, { recursive: true })
    for (const { sink, writer } of this.lanes) {
      await sink.open()
      await writer.run(AbortSignal.abort())
    }
    await writeFile(this.#config, JSON.stringify(this.#configuration())) // every JSON document is YAML
    const code = await this.start(['--once', '--set', `service.stateDir=${this.stateDir}-unused`]).ended
    if (code !== 0) this.troubles.push(`the first run ended with ${code}`)
    this.#life = undefined
  }

  /** The agent started last, which may have ended; undefined before the first one. */
  get life(): AgentLife | undefined {
    return this.#life
  }

  /** Whether almost everything that was written has arrived; unknown where it goes into files. */
  get isAtTheEnd(): boolean {
    return this.lanes.every(lane => lane.behind < FEW)
  }

  /** Starts the agent anew, with other limits each time. */
  start(args: readonly string[] = [], isDiskFailing = false): AgentLife {
    const { random } = this
    const { failingDisk = 0 } = this.#plan
    const settings = this.lanes.flatMap(({ name }) => [
      `receivers.auditLog/${name}.batchSize=${random.pick(['4KiB', '64KiB', '1MiB'])}`,
      `receivers.auditLog/${name}.maxInFlight=${random.pick([1, 4, 16])}`,
    ])
    const disk: FailingDisk = {
      folders: [this.stateDir, ...this.lanes.map(lane => lane.outputFolder)],
      probability: failingDisk,
      seed: random.integer(0, 1e9),
    }
    this.#life = new AgentLife({
      config: this.#config,
      args: [...settings.flatMap(setting => ['--set', setting]), ...args],
      env: { NODE_COMPILE_CACHE: this.#compileCache },
      ...(isDiskFailing && { failingDisk: JSON.stringify(disk) }),
    })
    return this.#life
  }

  /** Notes what an agent that has ended should not have said. */
  check(life: AgentLife): void {
    const isDeleting = (this.#plan.writer.maxBackups ?? 0) > 0
    for (const line of life.output.split('\n')) {
      if (!NEVER_SAID.test(line) || (isDeleting && GONE.test(line))) continue
      this.troubles.push(`the agent said: ${line}`)
    }
  }

  /** From now on backends take everything. */
  heal(): void {
    for (const { sink } of this.lanes) sink.mood = CLEAN
  }

  async close(): Promise<void> {
    await this.#life?.end('SIGKILL')
    for (const { sink } of this.lanes) await sink.close()
  }

  #configuration(): object {
    const { exporter: type = 'otlp' } = this.#plan
    const byName = <T>(prefix: string, part: (lane: Lane) => T) =>
      Object.fromEntries(this.lanes.map(lane => [`${prefix}${lane.name}`, part(lane)]))
    return {
      receivers: byName('auditLog/', lane => lane.receiver),
      processors: { redact: false }, // each event is compared as it was written
      exporters: byName(`${type}/`, lane => lane.exporter),
      cluster: { name: 'crash' },
      service: {
        stateDir: this.stateDir,
        shutdownTimeout: '60s', // a busy machine is slow to settle, and what is given up then is repeated
        pipelines: byName('', ({ name }) => ({
          receivers: [`auditLog/${name}`],
          exporters: [`${type}/${name}`],
        })),
      },
    }
  }
}
