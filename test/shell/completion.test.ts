import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { runCli } from '../cli.ts'
import { tempDir } from '../temp-dir.ts'
import { missing } from './missing.ts'

const exec = promisify(execFile)
const CLI = join(import.meta.dirname, '../../src/cli.ts')
const scriptFor = (shell: string) =>
  execFileSync(process.execPath, [CLI, 'completion', shell], { encoding: 'utf8' })

type Row = [line: string, offers: string[], not: string[]]

/** What is offered at the end of a line; of a command line in a folder with the file `auditship.yaml`. */
const ROWS: Row[] = [
  ['auditship ', ['run', 'validate', 'query', 'doctor', 'init', 'completion'], ['--once']],
  ['auditship do', ['doctor'], ['run']],
  ['auditship --', ['--version', '--help'], ['--once']],
  ['auditship run --', ['--config', '--set', '--once', '--file'], ['--json']],
  ['auditship doctor --j', ['--json'], ['--config']],
  ['auditship run --config ', ['auditship.yaml'], ['run', '--once']],
  ['auditship run --config auditship.yaml --', ['--once'], []],
  ['auditship init --provider ', ['k3s', 'rke2', 'rke', 'kubeadm'], ['otlp']],
  ['auditship init --provider rk', ['rke', 'rke2'], ['k3s']],
  ['auditship init --exporter ', ['otlp', 'opensearch', 'postgres'], ['k3s']],
  ['auditship query s', ['secrets', 'service-accounts'], ['denied']],
  ['auditship query denied --output ', ['table', 'json', 'ndjson', 'csv'], ['denied']],
  ['auditship query denied -o c', ['csv'], ['json']],
  ['auditship completion ', ['bash', 'zsh'], ['run']],
  ['auditship setup ', ['opensearch', 'postgres'], ['otlp']],
  ['auditship init --policy ', ['baseline', 'low-volume'], ['k3s']],
  ['auditship init --provider=k', ['k3s', 'kubeadm'], ['rke2', '--policy']],
  ['auditship init --provider=', ['k3s', 'rke2'], ['--policy']],
]

suite('bash completes', () => {
  let script: string
  before(() => {
    script = scriptFor('bash')
  })
  for (const [line, offers, not] of ROWS)
    test(`${line}⇥`, async t => {
      const cwd = await tempDir(t)
      await writeFile(join(cwd, 'auditship.yaml'), '')
      // As bash does: the words, of which = is one, the last of which may be empty.
      const split = (word: string) => (word.includes('=') ? word.split(/(=)/).filter(Boolean) : [word])
      const words = line
        .split(' ')
        .flatMap(split)
        .map(word => `'${word}'`)
      const ask = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _auditship; printf '%s\\n' "\${COMPREPLY[@]}"`
      const { stdout } = await exec('bash', ['--norc', '-c', `${script}\n${ask}`], { cwd })
      const offered = stdout.trim().split('\n')
      for (const word of offers) assert.ok(offered.includes(word), `${word} in ${offered}`)
      for (const word of not) assert.ok(!offered.includes(word), `no ${word} in ${offered}`)
    })

  test('and is told which function does it', async () => {
    const { stdout } = await exec('bash', ['--norc', '-c', `${script}\ncomplete -p auditship`])
    assert.equal(stdout, 'complete -F _auditship auditship\n')
  })
})

suite('zsh completes', { skip: missing('zsh') }, () => {
  let script: string
  before(() => {
    script = scriptFor('zsh')
  })
  for (const [line, offers, not] of ROWS)
    test(`${line}⇥`, { timeout: 30_000 }, async t => {
      const cwd = await tempDir(t)
      await writeFile(join(cwd, 'auditship.yaml'), '')
      await writeFile(join(cwd, '_auditship'), script)
      // A zsh at a terminal of its own, which notes what it would offer at Tab.
      const inner = `PROMPT=; autoload -Uz compinit; compinit -u -d ${cwd}/dump; source ${cwd}/_auditship
noted() {
  compadd() { builtin compadd -A found "$@"; print -rl -- "\${found[@]}" >> ${cwd}/found; builtin compadd "$@" }
  _main_complete; unfunction compadd; : > ${cwd}/done
}
zle -C noted complete-word noted; bindkey '^I' noted; : > ${cwd}/ready`
      await writeFile(join(cwd, 'inner.zsh'), inner)
      const outer = `zmodload zsh/zpty; zpty z zsh -f -i; zpty -w z "source ${cwd}/inner.zsh"
while [ ! -e ${cwd}/ready ]; do zpty -rt z out; sleep 0.02; done
zpty -w -n z ${JSON.stringify(line)}$'\\t'
while [ ! -e ${cwd}/done ]; do zpty -rt z out; sleep 0.02; done
zpty -d z`
      await exec('zsh', ['-f', '-c', outer], { cwd, timeout: 25_000 })
      const offered = (await readFile(join(cwd, 'found'), 'utf8')).trim().split('\n')
      for (const word of offers) assert.ok(offered.includes(word), `${word} in ${offered}`)
      for (const word of not) assert.ok(!offered.includes(word), `no ${word} in ${offered}`)
    })
})

test('another shell is a wrong command line', async t => {
  const { code, stderr } = await runCli(t, ['completion', 'fish'])
  assert.match(stderr, /expected bash or zsh, found fish/)
  assert.equal(code, 2)
})
