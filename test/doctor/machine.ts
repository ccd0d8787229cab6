import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { diagnose } from '../../src/doctor/diagnose.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { Host } from '../../src/doctor/host.ts'
import { line } from '../receivers/audit-log/harness.ts'
import { tempDir } from '../temp-dir.ts'

export const POLICIES = fileURLToPath(new URL('../../examples/policies', import.meta.url))

/** A control-plane node: the files of a machine in a folder. */
export class Machine {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  at(path: string): string {
    return join(this.root, path)
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(this.at(path)), { recursive: true })
    await writeFile(this.at(path), text)
  }
}

/** An audit event of a moment ago, as a line. @param size in bytes, about */
export function recentEvent(n = 1, size = 300): string {
  const now = new Date(Date.now() - 1_000).toISOString().replace('Z', '000Z')
  const { stageTimestamp: _, requestReceivedTimestamp: __, ...event } = JSON.parse(line(n, size))
  return `${JSON.stringify({ ...event, requestReceivedTimestamp: now, stageTimestamp: now })}\n`
}

/** A machine with no file. */
export async function bareMachine(t: TestContext): Promise<Machine> {
  return new Machine(await tempDir(t))
}

/** What is found on a machine without a configuration of auditship. */
export function examined({ root }: Machine): Promise<Finding[]> {
  return diagnose(
    new Host(root),
    { config: undefined, file: 'auditship.yaml' },
    undefined,
    new AbortController().signal,
  )
}
