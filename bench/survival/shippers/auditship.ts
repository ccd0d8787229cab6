import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import packageJson from '../../../package.json' with { type: 'json' }
import type { Shipper } from '../shipper.ts'

/** What is published: `npm run build` makes it. */
const BUILT = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url))

/** The agent with its defaults. */
export function auditship(cli = BUILT): Shipper {
  return {
    name: 'auditship',
    title: `auditship ${packageJson.version}`,
    command({ logs, state, endpoint }) {
      const config = join(state, 'auditship.yaml')
      const configuration = {
        receivers: { auditLog: { pathPrefix: logs, filename: 'audit.log' } },
        processors: { redact: false }, // each event is compared as it was written
        exporters: { otlp: { endpoint } },
        service: { stateDir: join(state, 'state') },
      }
      writeFileSync(config, JSON.stringify(configuration)) // every JSON document is YAML
      return [process.execPath, cli, 'run', '--config', config]
    },
  }
}
