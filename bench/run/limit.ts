import { fileURLToPath } from 'node:url'
import type { Contender } from './contender.ts'
import { measure } from './measure.ts'

const PROGRAM = fileURLToPath(new URL('limit-program.mjs', import.meta.url))

/** What no Node.js program can do for less: read the file and post its bytes, with no look inside. */
export const limit: Contender = {
  name: 'limit',
  kind: 'limit',
  async run({ file, counts }, sink) {
    const measurement = await measure(PROGRAM, [file, `${sink.endpoint}/bytes`])
    const { wireBytes } = await sink.stats()
    const wrong = wireBytes === counts.bytes ? undefined : `${wireBytes} of ${counts.bytes} bytes`
    return { ...measurement, wrong }
  },
}
