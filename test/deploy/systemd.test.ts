import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tempDir } from '../temp-dir.ts'

const exec = promisify(execFile)
const UNIT = readFileSync(
  fileURLToPath(new URL('../../deploy/systemd/auditship.service', import.meta.url)),
  'utf8',
)
const COMMAND = '/opt/auditship/bin/auditship'

// A machine without systemd cannot check the unit, and has no use for it.
const skip = spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'there is no systemd-analyze'

suite('deploy/systemd/auditship.service', { skip }, () => {
  test('is a unit that systemd takes', async t => {
    const file = join(await tempDir(t), 'auditship.service')
    assert.ok(UNIT.includes(`ExecStart=${COMMAND} run `))
    await writeFile(file, UNIT.replace(COMMAND, process.execPath)) // systemd looks whether the command is there
    const { stdout, stderr } = await exec('systemd-analyze', ['verify', '--man=no', file])
    assert.equal(stdout + stderr, '')
  })

  test('exposes little, as systemd reckons: 2 of 10 at most', async t => {
    const file = join(await tempDir(t), 'auditship.service')
    await writeFile(file, UNIT)
    await exec('systemd-analyze', ['security', '--offline=true', '--threshold=20', file])
  })
})
