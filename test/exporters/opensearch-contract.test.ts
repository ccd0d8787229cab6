import { openSearchExporter } from '../../src/exporters/opensearch/index.ts'
import { exporterContract } from '../contract/exporter-contract.ts'
import { startBulkBackend } from './bulk-backend.ts'
import { contextFor } from './context.ts'

for (const compression of ['none', 'gzip']) {
  exporterContract(`opensearch (${compression})`, async t => {
    const backend = await startBulkBackend(t)
    const options = openSearchExporter.options.parse({
      endpoints: [backend.endpoint],
      compression,
      timeout: '500ms',
      setup: { enabled: false },
    })
    return { ...backend, exporter: openSearchExporter.create(options, contextFor('opensearch')) }
  })
}
