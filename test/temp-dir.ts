import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A new folder that is removed after the test. */
export async function tempDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'auditship-test-'))
  // Tried again, as an agent that the test stops only after this may write a file meanwhile.
  t.after(() => rm(dir, { recursive: true, force: true, maxRetries: 10 }))
  return dir
}
