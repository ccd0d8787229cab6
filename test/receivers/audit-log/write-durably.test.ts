import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeDurably } from '../../../src/receivers/audit-log/write-durably.ts'
import { countSyncs } from '../../count-syncs.ts'
import { tempDir } from '../../temp-dir.ts'

test('a checkpoint replaces the one before, with file and folder synced and nothing left over', async t => {
  const dir = await tempDir(t)
  const syncs = await countSyncs(t)
  for (const content of ['first', 'second']) await writeDurably(join(dir, 'checkpoint.json'), content)
  assert.equal(syncs(), 4)
  assert.deepEqual(await readdir(dir), ['checkpoint.json'])
  assert.equal(await readFile(join(dir, 'checkpoint.json'), 'utf8'), 'second')
})
