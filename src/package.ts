import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of package.json. Beside it is `src`, or `dist`, into which all is bundled: only a file right in `src` finds it in both. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../', import.meta.url))

/** The `version` of package.json. */
export function ownVersion(): string {
  const text = readFileSync(`${PACKAGE_ROOT}package.json`, 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
