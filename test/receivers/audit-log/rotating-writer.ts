// Writes numbered events as an API server does and rotates the file as lumberjack does: closes it, renames it,
// creates the new one at once, compresses the old one and unlinks it. Arguments: folder, events, events per file, compress.
import { closeSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { line } from './harness.ts'

const [folder = '', events = '', perFile = '', compress = ''] = process.argv.slice(2)
const path = join(folder, 'audit.log')
let file = openSync(path, 'a', 0o600)
for (let n = 1; n <= Number(events); n++) {
  writeSync(file, line(n, n % 97))
  if (n % Number(perFile) === 0) {
    closeSync(file)
    const time = new Date(Date.UTC(2026, 0, 2) + n).toISOString().replaceAll(':', '-').slice(0, -1)
    const backup = join(folder, `audit-${time}.log`)
    renameSync(path, backup)
    file = openSync(path, 'a', 0o600)
    if (compress === 'compress') {
      writeFileSync(`${backup}.gz`, gzipSync(readFileSync(backup)))
      unlinkSync(backup)
    }
  }
  if (n % 50 === 0) await delay(1)
}
closeSync(file)
