import type { Command } from 'commander'
import { bashCompletion } from '../shell/bash.ts'
import { described } from '../shell/described.ts'
import { zshCompletion } from '../shell/zsh.ts'
import { EXIT } from './exit-code.ts'

/** `auditship completion SHELL`: a script that completes what `program` takes. Resolves to the exit code. */
export async function completion(shell: string, program: Command): Promise<number> {
  if (shell !== 'bash' && shell !== 'zsh') {
    console.error(`auditship completion: expected bash or zsh, found ${shell}`)
    return EXIT.usage
  }
  process.stdout.write((shell === 'bash' ? bashCompletion : zshCompletion)(described(program)))
  return EXIT.ok
}
