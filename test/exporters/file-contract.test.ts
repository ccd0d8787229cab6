import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileExporter } from '../../src/exporters/file/index.ts'
import { exporterContract } from '../contract/exporter-contract.ts'
import { tempDir } from '../temp-dir.ts'
import { contextFor } from './context.ts'
import { counted } from './counted.ts'

const IMPOSSIBLE = {
  refuseSome: 'a file refuses no event for its content',
  refuseRequestsWith: 'a file refuses no event for its content',
  refuseLargerThan: 'a file takes a batch of any size',
  busyFor: 'a file does not say when to come again',
  hangNext: 'a write to a file cannot be made to hang',
}

for (const format of ['json', 'otlpJson']) {
  exporterContract(
    `file (${format})`,
    async t => {
      const path = join(await tempDir(t), 'events.jsonl')
      let failUntil = 0
      const block = () => mkdirSync(path) // a folder in its place
      const unblock = () => rmSync(path, { recursive: true })
      const options = fileExporter.options.parse({ path, format })
      const { exporter, attempts } = counted(fileExporter.create(options, contextFor('file')), attempt => {
        if (failUntil > 0 && attempt > failUntil) {
          failUntil = 0
          unblock()
        }
      })
      return {
        exporter: { ...exporter, start: async () => {} },
        attempts,
        received: async () => (existsSync(path) ? rawsIn(await readFile(path, 'utf8')) : []),
        faults: {
          failNext(count) {
            failUntil = attempts() + count
            block()
          },
          failAll: block,
          recover: unblock,
        },
      }
    },
    IMPOSSIBLE,
  )
}

interface OtlpLine {
  resourceLogs: { scopeLogs: { logRecords: { body: { stringValue: string } }[] }[] }[]
}

function rawsIn(text: string): string[] {
  const lines = text.split('\n').filter(Boolean)
  return lines.flatMap(line => {
    if (!line.startsWith('{"resourceLogs"')) return JSON.stringify(JSON.parse(line).event)
    const { resourceLogs } = JSON.parse(line) as OtlpLine
    const records = resourceLogs.flatMap(logs => logs.scopeLogs.flatMap(scope => scope.logRecords))
    return records.map(record => record.body.stringValue)
  })
}
