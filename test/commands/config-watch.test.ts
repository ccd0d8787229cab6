import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ConfigWatch } from '../../src/commands/config-watch.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

const POLL_MS = 20

async function watched(t: TestContext): Promise<{ path: string; watch: ConfigWatch }> {
  const path = join(await tempDir(t), 'auditship.yaml')
  await writeFile(path, 'a')
  const watch = await ConfigWatch.start(path, POLL_MS)
  t.after(() => watch.stop())
  return { path, watch }
}

/** What the watch says within so many looks; undefined when it says nothing. */
const saidWithin = (watch: ConfigWatch, looks: number) =>
  Promise.race([watch.changed, delay(looks * POLL_MS).then(() => undefined)])

suite('a watched configuration', () => {
  test('that is not changed, or written again as it is, is not read again', async t => {
    const { path, watch } = await watched(t)
    await writeFile(path, 'a')
    assert.equal(await saidWithin(watch, 10), undefined)
  })

  test('is read again once for each change', async t => {
    const { path, watch } = await watched(t)
    await writeFile(path, 'b')
    assert.equal(await watch.changed, `${path} has changed`)
    watch.again()
    assert.equal(await saidWithin(watch, 10), undefined)
    await writeFile(path, 'a')
    assert.equal(await watch.changed, `${path} has changed`)
  })

  test('is not read while it is being written', async t => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const { path, watch } = await watched(t)
    const look = () => {
      t.mock.timers.tick(POLL_MS)
      return saidWithin(watch, 5) // long enough to read it
    }
    for (const text of ['b', 'bc', 'bcd']) {
      await writeFile(path, text)
      assert.equal(await look(), undefined)
    }
    assert.equal(await look(), `${path} has changed`)
  })

  test('that is deleted is told once each time, and is not read again', async t => {
    const { path, watch } = await watched(t)
    const told: string[] = []
    watch.whenGone(what => told.push(what))
    for (const times of [1, 2]) {
      await rm(path)
      await waitUntil(() => told.length === times, 'it is told')
      assert.equal(await saidWithin(watch, 10), undefined)
      assert.deepEqual(told, Array(times).fill(`${path} is gone or cannot be read`))
      await writeFile(path, 'a')
      assert.equal(await saidWithin(watch, 10), undefined)
    }
  })

  for (const [isTTY, listeners] of [
    [true, 0],
    [false, 1],
  ] as const)
    test(`${isTTY ? 'does not obey' : 'obeys'} SIGHUP ${isTTY ? 'at' : 'without'} a terminal`, async t => {
      const before = Object.getOwnPropertyDescriptor(process.stdin, 'isTTY')
      Object.defineProperty(process.stdin, 'isTTY', { value: isTTY, configurable: true })
      t.after(() => {
        if (before !== undefined) Object.defineProperty(process.stdin, 'isTTY', before)
      })
      const { watch } = await watched(t)
      assert.equal(process.listenerCount('SIGHUP'), listeners)
      watch.stop()
      assert.equal(process.listenerCount('SIGHUP'), 0)
    })
})
