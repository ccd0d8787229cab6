import { spawnSync } from 'node:child_process'

/** Why a program is not there, or false. Where AUDITSHIP_REQUIRE_SERVERS is 1 nothing is skipped: the test runs, and fails without it. */
export function missing(program: string): string | false {
  if (process.env.AUDITSHIP_REQUIRE_SERVERS === '1') return false
  const isMissing = spawnSync(program, ['--version']).error !== undefined
  return isMissing && `no ${program}: install Debian's package ${program}`
}
