import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { LinearExpression } from '../../src/condition/regex/linear-expression.ts'
import { Random } from '../fuzz/random.ts'

suite('a regular expression fits what it fits in JavaScript', () => {
  // biome-ignore format: a table
  const sources = [
    'abc', '^abc$', '^[ab]{1,2}$', '^a?$', '(^a$)+$', 'a|b|', '(?:ab)+c', '(?<name>ab)?c', 'a{2}', 'a{2,}b', 'a{1,3}?b', 'a*?b', '[a-c]x', '[^a-c]x',
    '^system:(node|serviceaccount):', '\\d+\\.\\d', '\\w\\W\\s\\S\\D', '[\\w.-]+@', '\\x61\\u0062', '\\/\\^\\$\\(', '.', '^$', '$^', '^',
    '^a|b$', '(^a|b)+$', '(a*)*b', '(a|a)*$', 'é+', '[à-ü]', '[^\\d]', '[\\D]', '[a\\-z]', '[-a]', '[a-]', 'a(|b)c', '(a{0,2}){2}b', '\\t\\n\\0',
  ]
  // biome-ignore format: a table
  const texts = [
    '', 'a', 'b', 'ab', 'abc', 'abcd', 'bbb', 'xabcx', 'ababc', 'aaab', 'aab', 'system:node:n1', 'a system:node:x', '1.5', 'a!\n x-', 'me@x', 'c', 'x', 'dx',
    '/^$(', '\n', 'é', 'ééa', 'ü', 'A', 'ABC', '\t\n\0', '-', ']', 'ac', '\u2028', '😀', 'aaaaab',
  ]
  for (const flags of ['', 'i', 's', 'is'])
    for (const source of sources)
      test(`/${source}/${flags}`, () => {
        const theirs = new RegExp(source, flags)
        const ours = new LinearExpression(source, flags)
        for (const text of texts) {
          assert.equal(ours.test(text), theirs.test(text), JSON.stringify(text))
          const bytes = Buffer.from(text)
          const onBytes = ours.testBytes(bytes, 0, bytes.length)
          assert.ok(onBytes === undefined || onBytes === theirs.test(text), JSON.stringify(text))
        }
      })

  test('and so do 1,000 random ones on random texts', () => {
    const seed = Date.now() & 0x7fffffff
    const random = new Random(seed)
    for (let i = 0; i < 1_000; i++) {
      const source = randomExpression(random, 2) // with deeper ones JavaScript takes for ever
      const flags = random.below(2) === 0 ? '' : 'i'
      const ours = new LinearExpression(source, flags)
      const texts = Array.from({ length: 8 }, () => randomText(random))
      const theirs = inJavaScript(source, flags, texts)
      for (const [index, answer] of theirs.entries()) {
        const text = texts[index] ?? ''
        assert.equal(ours.test(text), answer, `/${source}/${flags} on ${JSON.stringify(text)}, seed ${seed}`)
      }
    }
  })
})

/** What JavaScript says of each text; nothing when it takes too long: it may try more ways than there is time for. */
function inJavaScript(source: string, flags: string, texts: readonly string[]): boolean[] {
  const script = 'const expression = new RegExp(source, flags); texts.map(text => expression.test(text))'
  try {
    return runInNewContext(script, { source, flags, texts }, { timeout: 500 })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return []
    throw error
  }
}

function randomExpression(random: Random, depth: number): string {
  const parts = Array.from({ length: 1 + random.below(3) }, () => {
    const atom = randomAtom(random, depth)
    const quantifiers = ['', '', '', '*', '+', '?', '{2}', '{1,2}', '{2,}', '*?']
    return /^[$^]$/.test(atom) ? atom : atom + random.pick(quantifiers)
  })
  return parts.join(random.below(4) === 0 ? '|' : '')
}

function randomAtom(random: Random, depth: number): string {
  if (depth > 0 && random.below(3) === 0) return `(${randomExpression(random, depth - 1)})`
  const atoms = ['a', 'b', 'c', 'A', '.', '[ab]', '[^a]', '[b-c]', '\\w', '\\W', '\\d', '^', '$', '-', '\\.']
  return random.pick(atoms)
}

const randomText = (random: Random) =>
  Array.from({ length: random.below(8) }, () => random.pick([...'aabbcA.-\n1'])).join('')

test('bytes are enough where they are ASCII without a backslash', () => {
  const expression = new LinearExpression('b$')
  const rows: [bytes: string, answer: boolean | undefined][] = [
    ['ab', true],
    ['abc', false],
    ['', false],
    ['aé', undefined],
    ['a\\u0062', undefined],
  ]
  for (const [text, answer] of rows) {
    const bytes = Buffer.from(`"${text}"`)
    assert.equal(expression.testBytes(bytes, 1, bytes.length - 1), answer)
  }
})

suite('an expression that is none says where', () => {
  const rows: [source: string, says: RegExp][] = [
    ['(a|b', /a \( without a \) at its character 1/],
    ['ab)', /a \) without a \( at its character 3/],
    ['a[b', /a \[ without a \] at its character 2/],
    ['a**', /a quantifier with nothing to repeat at its character 3/],
    ['^*', /a \* with nothing to repeat at its character 2/],
    ['ab{3,2}', /\{3,2\}, whose numbers are out of order at its character 3/],
    ['[z-a]', /a range out of order/],
    ['a(?=b)', /\(\?, which looks ahead or behind or sets flags at its character 2/],
    ['(a)\\1', /\\1 at its character 4/],
    ['\\bfoo', /\\b at its character 1/],
    ['a\\', /a \\ at the end at its character 2/],
    ['a}', /a \}, write \\\} at its character 2/],
    ['((a{99}){99}){99}', /too large/],
    ['('.repeat(1000), /too many groups within groups/],
  ]
  for (const [source, says] of rows)
    test(source.slice(0, 40), () => {
      assert.throws(() => new LinearExpression(source), { name: 'SyntaxError', message: says })
    })
})

suite('takes time in proportion to the text', () => {
  for (const source of [
    '(a+)+$',
    '(a|aa)+$',
    '(.*)*x',
    'a*a*a*a*a*a*b',
    '(a|b|ab)*c',
    '([a-z]+)*\\d',
    'a.{20}b',
  ])
    test(source, () => {
      const started = performance.now()
      assert.equal(new LinearExpression(source).test(`${'a'.repeat(1_000_000)}!`), false)
      assert.ok(performance.now() - started < 5000)
    })

  test('a text that visits more states than are kept', () => {
    const random = new Random(1)
    const text = Array.from({ length: 50_000 }, () => random.pick(['a', 'b'])).join('')
    const source = 'a[ab]{15}c'
    assert.equal(new LinearExpression(source).test(text), false)
    assert.equal(new LinearExpression(source).test(`${text}a${'b'.repeat(15)}c`), true)
  })
})
