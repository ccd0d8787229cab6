// Writes numbered events into audit.log of a folder and rotates it, as a process of its own:
//   node bench/scenario/write-log.ts --folder DIR [--rate 2000] [--every-ms 10] [--rotate-ms 5000,10000]
//     [--compress] [--max-backups 10] [--events 100000] [--seed 1]
// Ends at SIGTERM or after that many events, and then says as JSON what it wrote.
import { parseArgs } from 'node:util'
import { LogWriter } from './log-writer.ts'

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    rate: { type: 'string', default: '2000' },
    'every-ms': { type: 'string', default: '10' },
    'rotate-ms': { type: 'string' },
    compress: { type: 'boolean', default: false },
    'max-backups': { type: 'string', default: '0' },
    events: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})
if (values.folder === undefined) throw new Error('--folder is missing: expected the folder of the log')
const [shortest = 0, longest = shortest] = values['rotate-ms']?.split(',').map(Number) ?? []
const writer = new LogWriter(values.folder, {
  rate: Number(values.rate),
  everyMs: Number(values['every-ms']),
  ...(values['rotate-ms'] !== undefined && { rotateMs: [shortest, longest] as const }),
  compress: values.compress,
  maxBackups: Number(values['max-backups']),
  seed: Number(values.seed),
})
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const written = await writer.run(stop.signal, values.events === undefined ? undefined : Number(values.events))
console.log(JSON.stringify(written))
