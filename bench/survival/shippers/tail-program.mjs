// What one writes with the README of the `tail` package at hand: each line is posted to the backend.
// node bench/survival/shippers/tail-program.mjs FILE ENDPOINT
import { Tail } from 'tail'

const [file, endpoint] = process.argv.slice(2)

const tail = new Tail(file, { follow: true })
tail.on('line', line => {
  const logRecords = [{ body: { stringValue: line } }]
  fetch(`${endpoint}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
  }).then(
    response => response.arrayBuffer(),
    error => console.error('ERROR: ', error),
  )
})
tail.on('error', error => console.error('ERROR: ', error))
