// The yardstick: does nothing but JSON.parse on each line of a file. node bench/json-parse.mjs audit.log
// JavaScript, so that it is not charged for stripping types.
import { closeSync, openSync, readSync } from 'node:fs'

const NEWLINE = 10
const READ_BYTES = 4 << 20

const file = process.argv[2]
if (file === undefined) throw new Error('usage: node bench/json-parse.mjs FILE')

const descriptor = openSync(file, 'r')
const buffer = Buffer.alloc(2 * READ_BYTES)
let kept = 0
let bytes = 0
let lines = 0
for (;;) {
  const read = readSync(descriptor, buffer, kept, buffer.length - kept, null)
  if (read === 0) break
  bytes += read
  const end = kept + read
  let start = 0
  for (;;) {
    const newline = buffer.subarray(0, end).indexOf(NEWLINE, start)
    if (newline < 0) break
    JSON.parse(buffer.toString('utf8', start, newline))
    lines++
    start = newline + 1
  }
  buffer.copyWithin(0, start, end)
  kept = end - start
}
closeSync(descriptor)

const { user, system } = process.cpuUsage()
const perSecond = bytes / (user + system) // bytes per microsecond are MB per second
console.log(`${lines} lines, ${(bytes / 1e6).toFixed(0)} MB, ${perSecond.toFixed(0)} MB per CPU-second`)
