import type { Bar } from './bars.ts'

const WIDTH = 860
const LABEL_WIDTH = 330
const VALUE_WIDTH = 50
const BAR_HEIGHT = 16
const ROW_HEIGHT = 24
const TOP = 34
const LINE_HEIGHT = 18

/** Each reads on white and on black: no background is drawn, so that the page's own shows. */
const TEXT = '#7a828c'
const FILLS: Readonly<Record<Bar['kind'], string>> = {
  agent: '#2f81f7',
  peer: '#d0782a',
  limit: '#7a828c',
  yardstick: '#7a828c',
  elsewhere: 'none',
}

/** Horizontal bars of J as an SVG image; `notes` are lines below them. */
export function svgOf(bars: readonly Bar[], notes: readonly string[]): string {
  const most = Math.max(1, ...bars.map(({ j, goal = 0 }) => Math.max(j, goal)))
  const x = (j: number) => LABEL_WIDTH + (j / most) * (WIDTH - LABEL_WIDTH - VALUE_WIDTH)
  const bottom = TOP + bars.length * ROW_HEIGHT
  const height = bottom + LINE_HEIGHT * (notes.length + 1)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="sans-serif" font-size="13" fill="${TEXT}">`,
    '<title>MB of audit log per CPU-second, in units of JSON.parse alone</title>',
    line(x(1), TOP - 8, bottom, '4 3'),
    text(x(1), TOP - 14, 'JSON.parse only = 1', 'middle'),
    ...bars.flatMap((bar, i) => drawn(bar, TOP + i * ROW_HEIGHT, x)),
    ...notes.map((note, i) => text(8, bottom + LINE_HEIGHT * (i + 1), note, 'start')),
    '</svg>',
    '',
  ].join('\n')
}

function drawn({ label, kind, j, goal }: Bar, y: number, x: (j: number) => number): string[] {
  const [left, right] = [x(0), x(j)]
  const outline = kind === 'elsewhere' ? ` stroke="${FILLS.peer}" stroke-dasharray="3 2"` : ''
  const isCovered = goal !== undefined && x(goal) > right && x(goal) < right + VALUE_WIDTH
  const baseline = y + BAR_HEIGHT - 4
  return [
    text(left - 8, baseline, label, 'end'),
    `<rect x="${left}" y="${y}" width="${round(right - left)}" height="${BAR_HEIGHT}" fill="${FILLS[kind]}"${outline}/>`,
    ...(goal === undefined ? [] : [line(x(goal), y - 3, y + BAR_HEIGHT + 3)]),
    text((isCovered ? x(goal) : right) + 6, baseline, j.toFixed(2), 'start'),
  ]
}

function line(x: number, from: number, to: number, dashes?: string): string {
  const dashed = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`
  return `<line x1="${round(x)}" y1="${from}" x2="${round(x)}" y2="${to}" stroke="${TEXT}"${dashed}/>`
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`
}

const round = (value: number): number => Math.round(value * 10) / 10

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
