import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { compiled } from '../../assembly/build.ts'

test('src/wasm/binary.ts is what the sources in assembly/ compile to: else run `npm run wasm`', async () => {
  const file = new URL('../../src/wasm/binary.ts', import.meta.url)
  assert.equal(readFileSync(file, 'utf8'), await compiled())
})
