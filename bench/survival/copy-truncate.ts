import { copyFileSync, existsSync, renameSync, truncateSync } from 'node:fs'

/**
 * Rotates a log as logrotate does with `copytruncate`: older copies move up, `audit.log` is copied to `audit.log.1` and
 * truncated. Whoever writes it does not write meanwhile, so no event is lost between the copy and the truncation.
 */
export function copyTruncate(path: string): void {
  let copies = 0
  while (existsSync(`${path}.${copies + 1}`)) copies++
  for (; copies > 0; copies--) renameSync(`${path}.${copies}`, `${path}.${copies + 1}`)
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
}
