import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Agent, type AgentConfig, createAgent, type Log } from '../../src/index.ts'
import { tempDir } from '../temp-dir.ts'

/** An agent that follows a log and answers by HTTP. */
export interface ServedAgent {
  readonly agent: Agent
  /** The folder of its log, state and whatever else. */
  readonly dir: string
  readonly log: string
  /** Lines of its own log, `LEVEL message`. */
  readonly said: string[]
  url(path: string): string
  /** The metrics as they are served now. */
  scrape(): Promise<Samples>
}

/** Values by series as Prometheus writes it: `name{label="value",…}`. */
export type Samples = ReadonlyMap<string, number>

/** The samples of a text in Prometheus' format. */
export function samplesOf(text: string): Samples {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map(line => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))]
    }),
  )
}

/** Starts an agent whose log holds `text`; it is stopped at the end of the test at the latest. */
export async function startServed(
  t: TestContext,
  text: string,
  config: Pick<AgentConfig, 'exporters'> & Partial<AgentConfig> & { readonly receiver?: object },
): Promise<ServedAgent> {
  let stop = async () => {}
  t.after(() => stop()) // before its folder is removed
  const dir = await tempDir(t)
  const log = join(dir, 'audit.log')
  await writeFile(log, text)
  const { receiver, service, ...rest } = config
  const said: string[] = []
  const agent = await createAgent(
    {
      receivers: { auditLog: { pathPrefix: dir, filename: 'audit.log', pollInterval: '20ms', ...receiver } },
      ...rest,
      service: {
        stateDir: join(dir, 'state'),
        shutdownTimeout: '1s',
        http: { listen: '127.0.0.1:0' },
        ...service,
      },
    },
    { log: logInto(said) },
  )
  stop = () => agent.stop()
  await agent.start()
  const base = /answers .* on (\S+)/.exec(said.join('\n'))?.[1] ?? ''
  const url = (path: string) => base + path
  const scrape = async () => samplesOf(await (await fetch(url('/metrics'))).text())
  return { agent, dir, log, said, url, scrape }
}

/** A log whose lines go into `said`, `LEVEL message`. */
export function logInto(said: string[]): Log {
  const say = (level: string) => (message: string) => void said.push(`${level} ${message}`)
  return { debug: say('DEBUG'), info: say('INFO'), warn: say('WARN'), error: say('ERROR') }
}

/** Event number `id` as a line with its newline. */
export function eventLine(id: number, fields: object = {}): string {
  const event = {
    level: 'Metadata',
    auditID: String(id),
    stage: 'ResponseComplete',
    verb: 'get',
    stageTimestamp: new Date().toISOString(),
    ...fields,
  }
  return `${JSON.stringify(event)}\n`
}
