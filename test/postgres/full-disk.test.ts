import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { describe } from '../../src/pipeline/health.ts'
import { silentLog } from '../../src/pipeline/log.ts'
import type { Database } from '../../src/postgres/database.ts'
import { openOwnEmbedded } from '../../src/postgres/embedded/open-embedded.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'
import { layEmbedded } from './lay-embedded.ts'

const mount = (...args: string[]) => spawnSync('mount', args).status === 0

// A disk that is full takes the right to mount one.
test('a full disk stops the embedded PostgreSQL and loses nothing; it goes on when there is room', async t => {
  const disk = join(await tempDir(t), 'disk')
  await mkdir(disk)
  if (!mount('-t', 'tmpfs', '-o', 'size=45m', 'tmpfs', disk))
    return t.diagnostic('not tested: no right to mount a small disk')
  try {
    await layEmbedded(disk)
    const own = await openOwnEmbedded(disk, 60_000, silentLog)
    await fillAndMakeRoom(own, disk).finally(() => own.close())
  } finally {
    spawnSync('umount', [disk])
  }
})

async function fillAndMakeRoom(own: Database, disk: string): Promise<void> {
  await own.query('CREATE TABLE t (a text)')
  const bytes = () => Array.from({ length: 20_000 }, () => Math.random().toString(36).slice(2, 12)).join('')
  const insert = () => own.query('INSERT INTO t VALUES ($1)', [bytes()])
  let stored = 0
  await assert.rejects(
    async () => {
      for (; ; stored++) await insert()
    },
    error => /53100 \(the disk is full\)/.test(describe(error)),
  )
  await assert.rejects(insert, { name: 'RetryableError' })
  assert.ok(mount('-o', 'remount,size=120m', disk))
  await waitUntil(
    () =>
      insert().then(
        () => true,
        () => false,
      ),
    'it takes rows again',
  )
  assert.deepEqual(await own.query('SELECT count(*) AS n FROM t'), [{ n: stored + 1 }])
}
