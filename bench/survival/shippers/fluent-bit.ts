import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Missing } from '../../run/contender.ts'
import type { Shipper, Site } from '../shipper.ts'

const NAME = 'fluent-bit'

/** The Fluent Bit of `FLUENT_BIT`. */
export function fluentBit(): Shipper | Missing {
  const binary = process.env.FLUENT_BIT
  if (binary === undefined) return { name: NAME, advice: 'set FLUENT_BIT' }
  const [title = ''] = execFileSync(binary, ['--version']).toString().split('\n', 1)
  return { name: NAME, title, command: site => [binary, '-c', configured(site)] }
}

/** What its manual advises against loss: a database of offsets, buffers on disk, retries without end. The rest is default. */
function configured({ log, state, endpoint }: Site): string {
  const { hostname, port } = new URL(endpoint)
  const file = join(state, 'fluent-bit.conf')
  writeFileSync(
    file,
    `[SERVICE]
    storage.path ${join(state, 'buffers')}
[INPUT]
    Name tail
    Path ${log}
    Read_from_Head true
    DB ${join(state, 'offsets.db')}
    storage.type filesystem
[OUTPUT]
    Name opentelemetry
    Match *
    Host ${hostname}
    Port ${port}
    Logs_uri /v1/logs
    Logs_body_key $log
    Retry_Limit no_limits
`,
  )
  return file
}
