import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { ATTRIBUTES } from '../../../src/audit/attributes.ts'
import { COMPONENTS } from '../../../src/components.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { tempDir } from '../../temp-dir.ts'

const PAGE = readFileSync(new URL('../../../docs/redaction.md', import.meta.url), 'utf8')
const EXAMPLES = [...PAGE.matchAll(/```yaml\n([^`]*)```/g)].map(([, yaml = '']) => yaml)

for (const [index, yaml] of EXAMPLES.entries())
  test(`example ${index + 1} of docs/redaction.md is valid`, async t => {
    const key = join(await tempDir(t), 'key')
    await writeFile(key, '0123456789abcdef\n')
    const text = `receivers: { auditLog: {} }\nexporters: { file: { path: /tmp/x } }\n${yaml.replace('/etc/auditship/redact-key', key)}`
    const { config } = await loadConfig({
      text,
      file: 'x.yaml',
      types: COMPONENTS,
      attributes: ATTRIBUTES,
      env: {},
    })
    assert.equal(config.pipelines.length, 1)
  })

test('docs/redaction.md has three examples', () => assert.equal(EXAMPLES.length, 3))
