// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { firstOptions, load } from './fake-types.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'auditship-config-'))
  await writeFile(path.join(folder, 'password'), ' two\nlines \n')
  await writeFile(path.join(folder, 'crlf'), 'windows\r\n')
})
after(() => rm(folder, { recursive: true }))

const env = {
  HOST: 'h',
  EMPTY: '',
  NUMBER: '0042',
  PORT: '8',
  COMMENTED: '8 # in flight',
  BOOL: 'false',
  QUOTED: '"q"',
  NESTED: '${env:HOST}',
  LIST: '[a]',
}

async function password(written: string): Promise<unknown> {
  const text = `receivers: { auditLog: }\nexporters:\n  otlp:\n    endpoint: http://x\n    password: ${written}\n`
  return firstOptions(await load(text, { env }), 'exporters').password
}

suite('in a string,', () => {
  const rows = [
    { title: '${env:NAME} is the variable', written: '${env:HOST}', value: 'h' },
    {
      title: 'several are replaced inside other text',
      written: '"a-${env:HOST}-${env:PORT}"',
      value: 'a-h-8',
    },
    { title: 'a default stands for an unset variable', written: '${env:NOPE:-d:-e}', value: 'd:-e' },
    { title: 'a default stands for an empty variable', written: '${env:EMPTY:-d}', value: 'd' },
    { title: 'a default is not used when the variable is set', written: '${env:HOST:-d}', value: 'h' },
    { title: '$$ is a $', written: '$${env:HOST}$$5', value: '${env:HOST}$5' },
    { title: 'a $ alone stays', written: 'a$b$', value: 'a$b$' },
    { title: 'what was put in is not substituted again', written: '${env:NESTED}', value: '${env:HOST}' },
    { title: 'digits stay text where text is expected', written: '${env:NUMBER}', value: '0042' },
    { title: 'false stays text where text is expected', written: '${env:BOOL}', value: 'false' },
    { title: 'quotes in a variable stay', written: '${env:QUOTED}', value: '"q"' },
    { title: 'a list in a variable stays text', written: '${env:LIST}', value: '[a]' },
  ]
  for (const { title, written, value } of rows) {
    test(title, async () => assert.equal(await password(written), value))
  }

  test('${file:/path} is the content without one newline at its end', async () => {
    assert.equal(await password(`\${file:${folder}/password}`), ' two\nlines ')
    assert.equal(await password(`"\${file:${folder}/crlf}"`), 'windows')
  })
})

suite('a value that is one ${env:NAME} as a whole', () => {
  const maxInFlight = (written: string) =>
    load(`receivers:\n  auditLog:\n    maxInFlight: ${written}\nexporters: { debug: }\n`, { env })

  test('is a number or boolean without quotes', async () => {
    const loaded = await maxInFlight('${env:PORT}')
    assert.equal(firstOptions(loaded, 'receivers').maxInFlight, 8)
    const verify =
      'receivers: { auditLog: }\nexporters:\n  otlp:\n    endpoint: http://x\n    tls:\n      verify: ${env:BOOL}\n'
    assert.deepEqual(firstOptions(await load(verify, { env }), 'exporters').tls, { verify: false })
  })

  test('is a string in quotes', async () => {
    await assert.rejects(maxInFlight('"${env:PORT}"'), /maxInFlight: expected a number, found a string/)
  })

  test('is a string when there is more than one value in the variable', async () => {
    await assert.rejects(maxInFlight('${env:COMMENTED}'), /maxInFlight: expected a number, found a string/)
  })

  test('is refused when the variable is empty and a value is needed', async () => {
    await assert.rejects(
      password('${env:EMPTY}'),
      /password: expected a string that is not empty, found an empty string/,
    )
  })
})
