import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SoakAgent } from '../soak/agent.ts'

/** Where an agent in `folder` finds its log. */
export const logsIn = (folder: string): string => join(folder, 'logs')

/** Where it keeps its state. */
export const stateIn = (folder: string): string => join(folder, 'agent', 'state')

/**
 * Lets an agent with its defaults, without redaction, follow the log in `folder` while `work` is done, and kills it.
 * @throws Error with what the agent said when `work` rejects
 */
export async function withAgent<T>(
  folder: string,
  endpoint: string,
  work: (agent: SoakAgent) => Promise<T>,
): Promise<T> {
  const agent = new SoakAgent(join(folder, 'agent'), logsIn(folder), endpoint)
  const killed = () => agent.signal('SIGKILL')
  process.once('exit', killed)
  agent.start()
  try {
    return await work(agent)
  } catch (cause) {
    const output = join(folder, 'agent', 'agent.log')
    const said = existsSync(output) ? readFileSync(output, 'utf8') : ''
    throw new Error(`${cause instanceof Error ? cause.message : cause}; the agent said:\n${said}`, { cause })
  } finally {
    await agent.end('SIGKILL').catch(() => {}) // it has ended already
    process.off('exit', killed)
  }
}
