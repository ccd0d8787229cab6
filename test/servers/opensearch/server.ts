import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const BUILD = fileURLToPath(new URL('build.sh', import.meta.url))

/**
 * Why there can be no OpenSearch here, for `suite(title, { skip: openSearchUnavailable() ?? false }, …)`; undefined when
 * there can. With AUDITSHIP_REQUIRE_SERVERS=1 nothing is skipped: the test runs, and fails if OpenSearch is missing.
 */
export function openSearchUnavailable(): string | undefined {
  if (process.env.AUDITSHIP_REQUIRE_SERVERS === '1') return undefined
  const check = spawnSync(BUILD, ['--check'], { encoding: 'utf8' })
  return check.status === 0 ? undefined : (check.error?.message ?? check.stderr.trim())
}

/**
 * The folder of the server as build.sh describes it, laid out first when it is not in the cache (a minute, then once
 * for all).
 * @throws Error with the build's output when it fails
 */
export async function openSearchServer(): Promise<string> {
  try {
    const build = promisify(execFile)(BUILD, { maxBuffer: 64 << 20 })
    build.child.stderr?.pipe(process.stderr, { end: false }) // or a minute would pass without a word
    return (await build).stdout.trim()
  } catch (cause) {
    throw new Error(`laying out OpenSearch with ${BUILD} failed`, { cause })
  }
}
