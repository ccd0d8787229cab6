import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import { COMPONENTS } from '../../src/components.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/problem.ts'

/** What is said of a configuration with these processors, which begin in line 3. */
async function problemsOf(processors: string): Promise<string[]> {
  const text = `receivers: { auditLog: {} }\nprocessors:\n${processors}\nexporters: { debug: {} }\n`
  const source = { text, file: 'a.yaml', env: {}, types: COMPONENTS, attributes: ATTRIBUTES }
  try {
    await loadConfig(source)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.message.split('\n')
  }
}

const when = (condition: string) => `  filter:\n    drop:\n      - when: ${condition}`

suite('of a wrong filter it is said what is wrong and where', () => {
  // biome-ignore format: a table
  const rows: [title: string, processors: string, says: RegExp[]][] = [
    ['an attribute that there is none of', when('{ user.usrname: a }'), [/^a\.yaml:5:17: .*"user\.usrname": unknown key; did you mean "user\.username"\? Known keys: audit_id, (?!.*k8s\.auditlog)/]],
    ['a full name that there is none of', when('{ k8s.auditlog.vreb: a }'), [/"k8s\.auditlog\.vreb": unknown key/]],
    ['a number for a text', when('{ verb: 5 }'), [/^a\.yaml:5:23: .*verb: expected a string or a list or a mapping, found 5 \(number\)/]],
    ['a network that is none', when('{ source_ips: [10.0.0.0/8, 10.0.0.0/33] }'), [/source_ips\.1: expected an address or network such as .*, found "10\.0\.0\.0\/33"/]],
    ['an expression that is none', when("{ user_agent: '/^(curl/' }"), [/^a\.yaml:5:29: .*not a regular expression as is taken here: found a \( without a \) at its character 2/]],
    ['a backreference', when("{ name: { regex: '(a)\\1' } }"), [/name\.regex: .*found \\1 at its character 4/]],
    ['a path that looks like an expression', when('{ request_uri: /healthz/ }'), [/a path or a regular expression\? Write \{ is: \/healthz\/ \}/]],
    ['a comparison that is none', when("{ response.code: '>= 4oo' }"), [/expected a number such as 404, or "4xx", "400-499", ">= 400", found ">= 4oo"/]],
    ['a range the wrong way round', when('{ response.code: 499-400 }'), [/expected a number such as 404/]],
    ['a word for a boolean', when('{ exec.tty: yes }'), [/exec\.tty": expected true or false or a list or a mapping, found "yes"/]],
    ['an unknown operator', when('{ name: { exits: true } }'), [/name\.exits: unknown key; did you mean "exists"/]],
    ['no operator', when('{ name: {} }'), [/name: expected exists, is, regex, cidr or not/]],
    ['a path that is none', when("{ path: { 'a[': 1 } }"), [/not a path: expected a path such as .* found "\[" at its character 2/]],
    ['an empty condition', when('{}'), [/when: expected a condition such as \{ verb: get \}, found none/]],
    ['a text for a condition', when('verb'), [/when: expected a mapping, found "verb"/]],
    ['something wrong deep within', when('{ not: { or: [{ verb: get }, { verbs: x }] } }'), [/when\.not\.or\.1\.verbs: unknown key; did you mean "verb"/]],
    ['a rule without a condition', '  filter: { drop: [{ name: x }] }', [/drop\.0\.when: missing; expected a mapping/]],
    ['a name that would not do as a label', when('{ verb: get }\n        name: "!"'), [/drop\.0\.name: expected a name of at most 100 letters/]],
    ['two rules of one name', '  filter: { drop: [{ name: x, when: { verb: a } }, { name: x, when: { verb: b } }] }', [/two rules have the name "x"/]],
    ['a filter that drops nothing', '  filter: {}', [/drops nothing: set `drop`, `noise` or `ignore`/]],
    ['a list of what is kept that drops nothing', '  filter: { keep: [{ when: { verb: a } }] }', [/drops nothing: to keep only what `keep` names, set `otherwise: drop`/]],
    ['a filter that drops everything', '  filter: { otherwise: drop }', [/drops everything/]],
    ['a sample of one in one', '  sample: { oneIn: 1 }', [/sample\.oneIn: expected a number of at least 2/]],
    ['several faults at once', when("{ verb: 5, name: '/[/' }"), [/verb: expected/, /name: not a regular expression/]],
  ]
  for (const [title, processors, says] of rows)
    test(title, async () => {
      const problems = await problemsOf(processors)
      assert.equal(problems.length, says.length, problems.join('\n'))
      for (const [index, pattern] of says.entries()) assert.match(problems[index] ?? '', pattern)
    })

  test('nothing of one that is right, full names and all', async () => {
    const condition =
      "{ k8s.auditlog.verb: get, user.groups: [a, '/b/i'], path: { '**.x': { cidr: ::1 } }, and: [{ not: { name: x } }] }"
    assert.deepEqual(await problemsOf(`${when(condition)}\n  sample: { oneIn: 10, when: ${condition} }`), [])
  })
})
