import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { instantiate } from '../../src/wasm/instance.ts'
import { WasmMemory } from '../../src/wasm/memory.ts'
import { type Needle, needleTable } from '../../src/wasm/needle-table.ts'
import { Random } from '../fuzz/random.ts'

/** What lies in memory before and behind the text: it would make needles there, and must not count. */
const AROUND = 'needle%6ab'

/** Text in memory at any offset, with a table of needles. */
function placed(needles: readonly Needle[], text: string, shift: number, behind = AROUND) {
  const table = needleTable(needles)
  const size = table.length + AROUND.length + shift + text.length + behind.length
  const memory = new WasmMemory(size, size)
  const tableAt = memory.take(size) ?? Number.NaN
  const start = tableAt + table.length + AROUND.length + shift
  const found: string[] = []
  const exports = instantiate(memory, { foundNeedle: (index, at) => found.push(`${at - start} ${index}`) })
  const { bytes } = memory
  table.copy(bytes, tableAt)
  bytes.write(AROUND, start - AROUND.length, 'latin1')
  bytes.write(text + behind, start, 'latin1')
  return { exports, found, tableAt, start, end: start + text.length }
}

/** All needles in a text: where they begin, and which. */
function needlesIn(needles: readonly Needle[], text: string, shift = 0, behind = AROUND): string[] {
  const { exports, found, tableAt, start, end } = placed(needles, text, shift, behind)
  exports.findNeedles(tableAt, start, end)
  return found.sort()
}

/** The same, by comparing each place. */
function allIn(needles: readonly Needle[], text: string): string[] {
  const isAt = (needle: Needle, at: number) =>
    at + needle.length <= text.length && [...needle].every((place, i) => place.includes(text.charAt(at + i)))
  return [...text]
    .flatMap((_, at) => needles.flatMap((needle, i) => (isAt(needle, at) ? [`${at} ${i}`] : [])))
    .sort()
}

/** Offsets of the lines that `findLine` finds one after the other. */
function linesFound(needles: readonly Needle[], text: string, shift: number): number[] {
  const { exports, tableAt, start, end } = placed(['\n', ...needles], text, shift)
  const lines: number[] = []
  for (let at = start; at < end; ) {
    at = exports.findLine(tableAt, at, end)
    if (at >= end) break
    lines.push(at - start)
    const newline = text.indexOf('\n', at - start)
    at = newline < 0 ? end : start + newline + 1
  }
  return lines
}

/** The same, line by line. */
function linesWith(needles: readonly Needle[], text: string): number[] {
  let start = 0
  return text.split(/(?<=\n)/).flatMap(line => {
    const at = start
    start += line.length
    const isWhole = /^\{.*\}\n?$/s.test(line)
    return line !== '' && (!isWhole || allIn(needles, line).length > 0) ? [at] : []
  })
}

/** Needles of one to eleven bytes, many of them alike and some with several bytes for a place. */
function someNeedles(random: Random, letters: string): Needle[] {
  const letter = () => letters.charAt(random.below(letters.length))
  return Array.from({ length: 1 + random.below(30) }, () => {
    const places = Array.from({ length: 1 + random.below(11) }, letter)
    return random.below(2) === 0
      ? places.join('')
      : places.map(place => (random.below(3) === 0 ? place + letter() : place))
  })
}

const textOf = (random: Random, letters: string, length: number) =>
  Array.from({ length }, () => letters.charAt(random.below(letters.length))).join('')

suite('needles found in WebAssembly', () => {
  test('one is found at each offset of a text, up to its ends and not beyond', () => {
    for (const needle of [
      'x',
      '%6',
      'abc',
      'need',
      'needle',
      ['%', '67', 'aA'],
      'a longer needle than 16 bytes',
    ]) {
      const bytes = [...needle].map(place => place.charAt(0)).join('')
      for (let before = 0; before < 40; before++) {
        for (const behind of [0, 1, 2, 3, 15, 16, 17]) {
          const text = '.'.repeat(before) + bytes + '.'.repeat(behind)
          assert.deepEqual(needlesIn([needle], text), [`${before} 0`], text)
          const last = before + bytes.length - 1
          assert.deepEqual(needlesIn([needle], text.slice(0, last), 0, text.slice(last)), [], 'torn')
        }
      }
    }
  })

  for (const text of [
    '',
    'x',
    'needle',
    'xneedle',
    'needlex',
    'needless',
    `${'x'.repeat(70_000)}needle${'needl'.repeat(9)}`,
  ]) {
    test(`all are found in ${JSON.stringify(text.slice(-30))}`, () => {
      const needles = ['needle', 'needless', '%6', '%7']
      assert.deepEqual(needlesIn(needles, text), allIn(needles, text))
    })
  }

  for (const [letters, title] of [
    ['ab', 'of two letters, which overlap'],
    ['{}"\\u06exc%', 'of a log'],
    ['\0\x0f\x7f\x80\xf0\xff\n', 'of bytes with all halves'],
  ] as const) {
    test(`all are found in random texts ${title}`, () => {
      const random = new Random(20261121)
      let count = 0
      for (let round = 0; round < 300; round++) {
        const needles = someNeedles(random, letters)
        const text = textOf(random, letters, random.below(120))
        const expected = allIn(needles, text)
        assert.deepEqual(
          needlesIn(needles, text, random.below(16)),
          expected,
          JSON.stringify({ needles, text }),
        )
        count += expected.length
      }
      assert.ok(count > 1_000, `${count} needles`)
    })
  }

  test('lines with needles, and those that are no whole object, are found in random texts', () => {
    const random = new Random(20261122)
    const counts = { found: 0, passed: 0 }
    for (let round = 0; round < 1_000; round++) {
      const needles = someNeedles(random, 'abcdef%6').filter(needle => needle.length > 1)
      const line = () =>
        random.pick(['{', '{', '{', '', 'x', '}']) +
        textOf(random, 'ab%6cdefgh{}', random.below(40)) +
        random.pick(['}', '}', '}', ''])
      const text = Array.from({ length: random.below(9) }, line).join('\n') + random.pick(['', '\n'])
      const expected = linesWith(needles, text)
      assert.deepEqual(
        linesFound(needles, text, random.below(16)),
        expected,
        JSON.stringify({ needles, text }),
      )
      counts.found += expected.length
      counts.passed += text.split('\n').length - expected.length
    }
    assert.ok(counts.found > 500 && counts.passed > 500, JSON.stringify(counts))
  })
})
