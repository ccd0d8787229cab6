import { otlpExporter } from '../../src/exporters/otlp/index.ts'
import { exporterContract } from '../contract/exporter-contract.ts'
import { contextFor } from './context.ts'
import { startOtlpBackend } from './otlp-backend.ts'

for (const [encoding, compression] of [
  ['protobuf', 'none'],
  ['json', 'gzip'],
]) {
  exporterContract(`otlp (${encoding}, ${compression})`, async t => {
    const backend = await startOtlpBackend(t)
    const { endpoint } = backend
    const options = otlpExporter.options.parse({ endpoint, encoding, compression, timeout: '500ms' })
    return { ...backend, exporter: otlpExporter.create(options, contextFor('otlp')) }
  })
}
