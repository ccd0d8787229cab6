// Runs PGlite: in a thread of its own, because a statement would otherwise stop the agent for as long as it takes.
import { setFlagsFromString } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import type { EngineAnswer, EngineRequest, EngineTask } from './engine.ts'

// V8's optimizing compiler would take 300 MB and more for PostgreSQL, and gain nothing that can be measured.
setFlagsFromString('--no-wasm-tier-up')
setFlagsFromString('--no-wasm-dynamic-tiering')

const { task, folder } = workerData as EngineTask
if (task === 'create') await (await import('./create-data.ts')).createData(folder)
else await serve()

async function serve(): Promise<void> {
  const { openPglite } = await import('./pglite.ts')
  const pglite = await openPglite(folder)
  const answer = (message: EngineAnswer) => parentPort?.postMessage(message)
  parentPort?.on('message', async ({ bytes, limit }: EngineRequest) => {
    if (bytes === undefined) {
      await pglite.close()
      process.exit()
    }
    let left = limit
    await pglite.execProtocolRawStream(bytes, {
      syncToFs: false,
      onRawData: data => {
        left -= data.length
        if (left >= 0) answer({ kind: 'data', bytes: data.slice() })
      },
    })
    answer({ kind: 'end', isCut: left < 0 })
  })
  answer({ kind: 'ready' })
}
