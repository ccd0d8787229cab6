import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import { COMPONENTS } from '../../src/components.ts'
import { loadConfig } from '../../src/config/load.ts'

const FOLDER = fileURLToPath(new URL('../../config', import.meta.url))
/** What the files leave to the environment. */
const ENV = { OTLP_ENDPOINT: 'http://collector:4318' }

suite('the ready-made configurations are valid', () => {
  for (const name of readdirSync(FOLDER))
    test(name, async () => {
      const file = `${FOLDER}/${name}`
      const text = readFileSync(file, 'utf8')
      const { config, warnings } = await loadConfig({
        text,
        file,
        env: ENV,
        types: COMPONENTS,
        attributes: ATTRIBUTES,
      })
      assert.deepEqual(warnings, [])
      assert.ok(config.pipelines.length > 0)
    })
})
