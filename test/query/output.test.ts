import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { PassThrough, type Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { COLUMN, shortDuration } from '../../src/query/output/columns.ts'
import { answerLines, lineWriter } from '../../src/query/output/format.ts'
import { type Output, writeLines } from '../../src/query/output/pager.ts'
import { Progress } from '../../src/query/output/progress.ts'
import { QUESTIONS } from '../../src/query/questions.ts'
import type { Row } from '../../src/query/row.ts'
import { widthOf } from '../../src/terminal/column.ts'
import { tempDir } from '../temp-dir.ts'
import { questionOf } from './answers.ts'

const ESCAPES = '\u001b]0;owned\u0007\u001b[2Jx\r\n\u202ey\u009b31m'
/** What a terminal obeys, a line's end apart. */
const OBEYED = /[\p{Cc}\u202e]/u
const { columns } = questionOf('secrets')
const PLAIN = { width: undefined, isColored: false }

const row = (more: Row = {}): Row => ({
  time: '2026-11-21T10:00:00.123456Z',
  user: 'alice',
  source_ips: ['10.0.0.1'],
  verb: 'get',
  resource: 'secrets',
  namespace: 'payments',
  name: 'db',
  code: 200,
  ...more,
})
const HOSTILE = row({
  user: ESCAPES,
  source_ips: [ESCAPES],
  verb: ESCAPES,
  resource: ESCAPES,
  namespace: ESCAPES,
  name: ESCAPES,
})

suite('tables', () => {
  test('are as wide as their content, with titles', () => {
    assert.deepEqual(
      answerLines('table', [row(), row({ user: 'a-longer-name', code: 403 })], columns, PLAIN),
      [
        'TIME (UTC)           USER           FROM      VERB  OBJECT               CODE',
        '2026-11-21 10:00:00  alice          10.0.0.1  get   secrets payments/db   200',
        '2026-11-21 10:00:00  a-longer-name  10.0.0.1  get   secrets payments/db   403',
      ],
    )
  })

  for (const width of [200, 100, 80]) {
    test(`fit ${width} cells; the widest columns lose their middle`, () => {
      const long = row({ user: `system:serviceaccount:${'x'.repeat(60)}`, name: `${'名'.repeat(40)}-end` })
      const lines = answerLines('table', [long, row()], columns, { width, isColored: false })
      for (const line of lines) assert.ok(widthOf(line) <= width, `${widthOf(line)}: ${line}`)
      assert.match(lines[1] ?? '', /system:.*….*-end/)
    })
  }

  test('on a terminal too narrow for all of it, columns keep what they need', () => {
    const [, line = ''] = answerLines('table', [row()], columns, { width: 20, isColored: false })
    assert.match(line, /^2026-11-21 10:00:00 {2}alice/)
  })

  for (const { name, columns } of QUESTIONS) {
    test(`of ${name} fit a terminal of 80 cells`, () => {
      const wide: Row = new Proxy({}, { get: () => 'x'.repeat(99) })
      for (const line of answerLines('table', [wide], columns, { width: 80, isColored: false }))
        assert.ok(line.length <= 80, line)
    })
  }

  test('are coloured when asked: refusals red, failures yellow, nothing else', () => {
    const rows = [row(), row({ code: 401 }), row({ decision: 'forbid' }), row({ code: 503 })]
    const lines = answerLines('table', rows, columns, { width: undefined, isColored: true })
    const colors = lines.map(line => /^.\[(\d+)m/.exec(line)?.[1])
    assert.deepEqual(colors, ['1', undefined, '31', '31', '33'])
  })

  test('say nothing of no rows', () => assert.deepEqual(answerLines('table', [], columns, PLAIN), []))

  test('shown row by row have the same columns all the time', () => {
    const lines = lineWriter('table', columns, { width: 90, isColored: false })
    const [title = '', first = ''] = lines(row())
    const [second = ''] = lines(row({ user: 'somebody-with-a-name-that-is-too-long-for-the-column' }))
    for (const line of [title, first, second]) assert.ok(widthOf(line) <= 90)
    assert.equal(first.indexOf('10.0.0.1'), second.indexOf('10.0.0.1'))
  })
})

suite('what clients chose is shown, never obeyed', () => {
  for (const format of ['table', 'json', 'ndjson', 'csv'] as const) {
    test(`in ${format}`, () => {
      for (const line of answerLines(format, [HOSTILE], columns, PLAIN)) {
        assert.doesNotMatch(line, OBEYED)
        if (/x/.test(line) && format !== 'csv') assert.match(line, /\\u001b/)
      }
    })
  }

  test('in the columns of every question', () => {
    const hostile: Row = new Proxy(
      {},
      { get: (_, key) => (key === 'command' || key === 'why' ? [ESCAPES] : ESCAPES) },
    )
    for (const column of Object.values(COLUMN))
      assert.doesNotMatch(column.text(hostile), OBEYED, column.title)
  })

  test('JSON means the same', () => {
    const [line = ''] = answerLines('ndjson', [HOSTILE], columns, PLAIN)
    assert.deepEqual(JSON.parse(line), HOSTILE)
  })
})

suite('other formats', () => {
  test('json is one array', () => {
    const lines = answerLines('json', [row(), row({ name: 'b' })], columns, PLAIN)
    assert.deepEqual(JSON.parse(lines.join('\n')), [row(), row({ name: 'b' })])
    assert.deepEqual(JSON.parse(answerLines('json', [], columns, PLAIN).join('\n')), [])
  })

  test('csv has a header, quotes, lists, and no formulas', () => {
    const cells = {
      a: 'x,y',
      b: 'say "hi"',
      c: ['1', '2'],
      command: ['sh', '-c', 'echo 1; id'],
      d: undefined,
      e: -5,
      f: '=cmd|calc!A1',
      g: '+1',
      h: '-1',
      i: '@SUM(A1)',
      j: true,
    }
    assert.deepEqual(answerLines('csv', [cells], columns, PLAIN), [
      'a,b,c,command,d,e,f,g,h,i,j',
      `"x,y","say ""hi""",1 2,sh -c 'echo 1; id',,-5,'=cmd|calc!A1,'+1,'-1,'@SUM(A1),true`,
    ])
  })

  for (const [ms, shown] of [
    [0.3, '0.3ms'],
    [18.812, '18.8ms'],
    [999.4, '999ms'],
    [1500, '1.5s'],
    [59_900, '59.9s'],
    [187_000, '3m07s'],
    [7_500_000, '2h05m'],
  ] as const) {
    test(`${ms} ms are ${shown}`, () => assert.equal(shortDuration(ms), shown))
  }
})

/** A terminal with 10 lines. */
function terminal(): Output & Readable {
  return Object.assign(new PassThrough(), { isTTY: true, rows: 10, columns: 80 })
}

suite('pager', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`)
  const paged = async (output: Output & Readable, PAGER: string, pager = true, shown = lines) => {
    await writeLines(output, shown, { pager, env: { ...process.env, PAGER } })
    output.end()
    return text(output)
  }

  test('a long answer on a terminal goes through PAGER', async t => {
    const file = `${await tempDir(t)}/paged`
    assert.equal(await paged(terminal(), `cat > '${file}'`), '')
    assert.equal(await readFile(file, 'utf8'), `${lines.join('\n')}\n`)
  })

  const direct: readonly (readonly [
    title: string,
    output: () => Output & Readable,
    pager: string,
    wanted: boolean,
    lines: string[],
  ])[] = [
    ['PAGER is cat', terminal, 'cat', true, lines],
    ['PAGER is empty', terminal, '', true, lines],
    ['--no-pager', terminal, 'false', false, lines],
    ['it is short', terminal, 'false', true, lines.slice(0, 9)],
    ['it is no terminal', () => new PassThrough(), 'false', true, lines],
    ['there is no such pager', terminal, '/no/such/pager', true, lines],
  ]
  for (const [title, output, pager, wanted, shown] of direct) {
    test(`an answer is written as it is when ${title}`, async () => {
      assert.equal(await paged(output(), pager, wanted, shown), `${shown.join('\n')}\n`)
    })
  }

  test('a reader that goes away is no error, another failure is', async () => {
    const failing = (code: string) =>
      new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) })
    await writeLines(failing('EPIPE'), lines, { pager: false, env: {} })
    await assert.rejects(writeLines(failing('ENOSPC'), lines, { pager: false, env: {} }), { code: 'ENOSPC' })
  })
})

suite('progress bar', () => {
  const shown = async (output: Output & Readable, total: number | undefined) => {
    const progress = new Progress(output, total, 0)
    progress.add(10e6, 100)
    progress.add(40e6, 500)
    progress.add(10e6, 510)
    progress.add(40e6, 700)
    progress.clear()
    output.end()
    return text(output)
  }

  test('is drawn on a terminal after a moment, not too often, and taken away', async () => {
    const bars = (await shown(terminal(), 100e6)).split('\r')
    assert.deepEqual(bars, [
      '',
      '[###############...............] 50 % of 100 MB',
      `[${'#'.repeat(30)}] 100 % of 100 MB`,
      '\u001b[K',
    ])
  })

  test('is not drawn elsewhere, nor for a stream', async () => {
    assert.equal(await shown(new PassThrough(), 100e6), '')
    assert.equal(await shown(terminal(), undefined), '')
  })
})
