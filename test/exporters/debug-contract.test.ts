import { Writable } from 'node:stream'
import { DebugExporter } from '../../src/exporters/debug/exporter.ts'
import { debugExporter } from '../../src/exporters/debug/index.ts'
import { exporterContract } from '../contract/exporter-contract.ts'
import { contextFor } from './context.ts'
import { counted } from './counted.ts'

const IMPOSSIBLE = {
  refuseSome: 'a terminal refuses no line for its content',
  refuseRequestsWith: 'a terminal refuses no line for its content',
  refuseLargerThan: 'a terminal takes a batch of any size',
  busyFor: 'a terminal does not say when to come again',
  failNext: 'a stream that has failed once does not work again',
  recover: 'a stream that has failed once does not work again',
  hangNext: 'a terminal that was stopped is waited for without a limit; see debug.test.ts',
}

exporterContract(
  'debug',
  async () => {
    let failing = false
    let text = ''
    const output = new Writable({
      autoDestroy: false,
      write(chunk, _, done) {
        if (failing) {
          done(new Error('the terminal is gone'))
          return
        }
        text += chunk
        done()
      },
    })
    const options = debugExporter.options.parse({ format: 'json' })
    const { exporter, attempts } = counted(new DebugExporter(options, contextFor('debug'), output))
    return {
      exporter,
      attempts,
      received: async () => text.split('\n').filter(Boolean).map(rawOf),
      faults: {
        failAll: () => {
          failing = true
        },
      },
    }
  },
  IMPOSSIBLE,
)

/** The contract's event with the audit ID of a line that was written. */
function rawOf(line: string): string {
  const id = JSON.parse(line)['k8s.auditlog.audit_id'] as string
  return `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"${id}","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","stageTimestamp":"2026-01-02T03:04:05.000006Z"}`
}
