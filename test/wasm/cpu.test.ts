import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const OTHER = process.arch === 'x64' ? false : 'Node.js can hide these instructions on x64 only'

test('a CPU without SSE4.1 is an error that says what to do, whatever the command', {
  skip: OTHER,
}, async () => {
  const args = ['--no-enable-sse4-1', CLI, 'validate']
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>(resolve => {
    execFile(process.execPath, args, (error, _, stderr) => resolve({ code: error?.code, stderr }))
  })
  assert.equal(code, 1)
  assert.match(stderr, /needs a CPU with SSE4\.1 \(x86-64-v2\) or NEON.*CPU type host/)
})
