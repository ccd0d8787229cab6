import type { Host } from '../host.ts'
import { type Flags, flagsOfCommand } from './flags.ts'

/** The flags of the kube-apiserver that runs on the machine; undefined when no such process is seen. k3s has it within its own. */
export async function runningFlags(host: Host): Promise<Flags | undefined> {
  for (const pid of (await host.names('/proc')).filter(name => /^\d+$/.test(name))) {
    // A process may end meanwhile.
    const line = await host.text(`/proc/${pid}/cmdline`).catch(() => undefined)
    const [program = '', ...args] = (line ?? '').split('\0')
    if (/(^|\/)kube-apiserver$/.test(program)) return flagsOfCommand(args.filter(arg => arg !== ''))
  }
  return undefined
}
