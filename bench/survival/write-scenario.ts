// Writes the log of a scenario, as a process of its own: node bench/survival/write-scenario.ts FOLDER SEED SCENARIO, as JSON
// Writes the first event at once and the others when its parent sends a message; sends `Written` when all is written.
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Written } from '../scenario/log-writer.ts'
import { NumberedEvents } from '../scenario/numbered-events.ts'
import { RotatingLog } from '../scenario/rotating-log.ts'
import { copyTruncate } from './copy-truncate.ts'
import { EVENTS_PER_SECOND, LARGE_BYTES, type Scenario } from './scenario.ts'

const WAKE_UP_MS = 10

const [folder = '', seed = '', json = ''] = process.argv.slice(2)
const scenario = JSON.parse(json) as Scenario

const events = new NumberedEvents(Number(seed))
const log = new RotatingLog(folder, { compress: scenario.by === 'rename and gzip' })
const rotations = new Set(scenario.rotations)

function write(number: number): void {
  log.append(number === scenario.large ? events.large(number, LARGE_BYTES) : events.line(number))
  if (!rotations.has(number)) return
  if (scenario.by === 'copytruncate') copyTruncate(log.path)
  else log.rotate()
}

await log.open()
write(1)
await once(process, 'message')
const started = performance.now()
for (let number = 2; number <= scenario.events; ) {
  await delay(WAKE_UP_MS)
  const due = Math.floor(((performance.now() - started) / 1000) * EVENTS_PER_SECOND)
  while (number <= Math.min(due, scenario.events)) write(number++)
}
log.close()
await log.settled()
const written: Written = { events: scenario.events, rotations: rotations.size, deleted: [], torn: [] }
process.send?.(written)
process.disconnect()
