import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const BUILD = fileURLToPath(new URL('build.sh', import.meta.url))

/**
 * Why there can be no Collector here, for `test(title, { skip: collectorUnavailable() ?? false }, …)`; undefined when
 * there can. With AUDITSHIP_REQUIRE_SERVERS=1 nothing is skipped: the test runs, and fails if the Collector is missing.
 */
export function collectorUnavailable(): string | undefined {
  if (process.env.AUDITSHIP_REQUIRE_SERVERS === '1') return undefined
  if (spawnSync('go', ['version']).status === 0) return undefined
  if (spawnSync(BUILD, ['--cached']).status === 0) return undefined
  return 'the OpenTelemetry Collector needs Go to be built, and `go version` does not run'
}

/**
 * The path of the Collector's binary, built first when it is not in the cache (two minutes, then once for all).
 * @throws Error with the build's output when it fails
 */
export async function collectorBinary(): Promise<string> {
  try {
    const build = promisify(execFile)(BUILD, { maxBuffer: 64 << 20 })
    build.child.stderr?.pipe(process.stderr, { end: false }) // or two minutes would pass without a word
    return (await build).stdout.trim()
  } catch (cause) {
    throw new Error(`building the OpenTelemetry Collector with ${BUILD} failed`, { cause })
  }
}
