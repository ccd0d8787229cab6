import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const exec = promisify(execFile)
const BUILD = fileURLToPath(new URL('build.sh', import.meta.url))

/** Where the tools are. */
export interface ManifestTools {
  readonly kustomize: string
  readonly helm: string
  /** Folder with a folder of JSON schemas for each version of Kubernetes. */
  readonly schemas: string
}

/**
 * Why manifests cannot be rendered here, for `skip`; undefined when they can. With AUDITSHIP_REQUIRE_SERVERS=1 nothing is
 * skipped: the test runs, and fails if the tools are missing.
 */
export function manifestToolsUnavailable(): string | undefined {
  if (process.env.AUDITSHIP_REQUIRE_SERVERS === '1') return undefined
  if (spawnSync(BUILD, ['--cached']).status === 0) return undefined
  if (spawnSync('go', ['version']).status !== 0)
    return 'kustomize and helm need Go to be built, and `go version` does not run'
  if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0)
    return 'the schemas of Kubernetes come by pip, and `python3 -m pip` does not run'
  return undefined
}

/** The tools, built first when they are not in the cache. @throws Error with the build's output when it fails */
export async function manifestTools(): Promise<ManifestTools> {
  try {
    const build = exec(BUILD, { maxBuffer: 64 << 20 })
    build.child.stderr?.pipe(process.stderr, { end: false }) // or minutes would pass without a word
    const folder = (await build).stdout.trim()
    return {
      kustomize: join(folder, 'bin/kustomize'),
      helm: join(folder, 'bin/helm'),
      schemas: join(folder, 'schemas'),
    }
  } catch (cause) {
    throw new Error(`getting kustomize, helm and the schemas with ${BUILD} failed`, { cause })
  }
}
