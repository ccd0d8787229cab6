// Reads a file and posts its bytes, with no look inside: node bench/run/limit-program.mjs FILE URL
// As the agent by default: bodies of 1 MiB, four requests in flight, connections kept open.
import { open } from 'node:fs/promises'
import { Agent, request } from 'node:http'

const BODY_BYTES = 1 << 20
const IN_FLIGHT = 4

const [path, url] = process.argv.slice(2)
const file = await open(path)
const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT })

/** Resolves when the answer was read. */
function post(body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': body.length }
    request(url, { method: 'POST', agent, headers }, response => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${url} answered ${response.statusCode}`))
      })
    })
      .on('error', reject)
      .end(body)
  })
}

async function sendPieces() {
  const buffer = Buffer.allocUnsafeSlow(BODY_BYTES)
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, BODY_BYTES, null)
    if (bytesRead === 0) return
    await post(buffer.subarray(0, bytesRead))
  }
}

await Promise.all(Array.from({ length: IN_FLIGHT }, sendPieces))
agent.destroy()
await file.close()
