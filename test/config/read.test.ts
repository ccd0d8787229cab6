import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { ConfigError } from '../../src/config/problem.ts'
import { readConfigFile } from '../../src/config/read.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'auditship-config-'))
})
after(() => rm(folder, { recursive: true }))

suite('the configuration file', () => {
  test('is read as UTF-8', async () => {
    const file = path.join(folder, 'good.yaml')
    await writeFile(file, 'a: ü\n')
    assert.equal(await readConfigFile(file), 'a: ü\n')
  })

  test('that is missing is named', async () => {
    const file = path.join(folder, 'none.yaml')
    await assert.rejects(
      readConfigFile(file),
      failure(`${file}: cannot read the configuration: no such file`),
    )
  })

  test('that is a directory is named', async () => {
    const message = `${folder}: cannot read the configuration: it is a directory, expected a file`
    await assert.rejects(readConfigFile(folder), failure(message))
  })

  test('that is not UTF-8 is named', async () => {
    const file = path.join(folder, 'binary.yaml')
    await writeFile(file, Buffer.from([0xff, 0xfe, 0x00]))
    await assert.rejects(
      readConfigFile(file),
      failure(`${file}: cannot read the configuration: it is not UTF-8 text`),
    )
  })

  test('that may not be read is named', async () => {
    const file = path.join(folder, 'closed.yaml')
    await writeFile(file, '')
    await chmod(file, 0)
    await chmod(folder, 0o755)
    const user = process.geteuid?.()
    if (user === 0) process.seteuid?.(65534) // root may read everything
    const reading = readConfigFile(file).finally(() => user === 0 && process.seteuid?.(0))
    await assert.rejects(reading, failure(`${file}: cannot read the configuration: permission denied`))
  })
})

const failure = (message: string) => (error: unknown) => {
  assert.ok(error instanceof ConfigError)
  assert.equal(error.message, message)
  assert.ok(error.cause instanceof Error)
  return true
}
