import type { Command } from 'commander'
import { ownVersion } from '../package.ts'
import { described } from '../shell/described.ts'
import { manPage } from '../shell/man-page.ts'
import { EXAMPLES, examplesText } from './examples.ts'
import { EXIT } from './exit-code.ts'
import { ASKED } from './query-help.ts'

/** `auditship man`: the manual page, as troff. Resolves to the exit code. */
export async function man(program: Command, exitCodes: string): Promise<number> {
  const notes = new Map(Object.keys(EXAMPLES).map(name => [name, examplesText(name)]))
  notes.set('query', ASKED.help)
  const after = exitCodes.replace(/^\s*Exit codes:\n/, '')
  process.stdout.write(manPage({ program: described(program), version: ownVersion(), notes, after }))
  return EXIT.ok
}
