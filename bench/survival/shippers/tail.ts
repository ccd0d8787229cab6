import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Shipper } from '../shipper.ts'

const PROGRAM = fileURLToPath(new URL('tail-program.mjs', import.meta.url))
const { version } = createRequire(import.meta.url)('tail/package.json') as { version: string }

/** A short Node.js program around the `tail` package. */
export const tail: Shipper = {
  name: 'tail',
  title: `tail ${version}`,
  command: ({ log, endpoint }) => [process.execPath, PROGRAM, log, endpoint],
}
