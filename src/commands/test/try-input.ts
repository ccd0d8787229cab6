import { type AttributeDefinition, attributesOf } from '../../audit/attributes.ts'
import type { RunningPipeline } from '../../connect.ts'
import { printable, printableJson } from '../../terminal/printable.ts'
import { inputLines } from './input-events.ts'
import { describeOutcome } from './run-test.ts'
import { type Outcome, redactedPaths, tryEvent } from './try-event.ts'

/** Writes what becomes of each event of a file, then how many went which way. With `json`, one JSON object a line and no sum. */
export async function tryInput(
  file: string,
  processors: RunningPipeline['processors'],
  attributes: readonly AttributeDefinition[],
  json: boolean,
  write: (text: string) => void,
): Promise<void> {
  const ways = new Map<string, number>()
  let redacted = 0
  for await (const { line, event } of inputLines(file, `--input ${file}`)) {
    const outcome = typeof event === 'string' ? malformed(event) : tryEvent(event, processors)
    if (redactedPaths(outcome).length > 0) redacted++
    const way = outcome.outcome === 'failed' ? 'would become dead letters' : describeOutcome(outcome)
    ways.set(way, (ways.get(way) ?? 0) + 1)
    write(json ? `${jsonOf(line, outcome, attributes)}\n` : textOf(line, outcome))
  }
  if (json) return
  const sums = [...ways].map(([way, count]) => `${count} ${way}`)
  write(`\n${[...sums, `${redacted} redacted`].join(', ')}\n`)
}

const malformed = (reason: string): Outcome => ({
  outcome: 'failed',
  event: undefined,
  reason: `no audit event, but ${reason}`,
  notes: [],
})

function textOf(line: number, outcome: Outcome): string {
  const notes = outcome.notes.filter(note => note !== describeOutcome(outcome))
  const lines = [
    `${line}: ${describeOutcome(outcome)}`,
    ...notes.map(note => `    ${note}`),
    ...(outcome.event === undefined ? [] : [`    ${outcome.event.raw}`]),
  ]
  return lines.map(text => `${printable(text)}\n`).join('')
}

function jsonOf(line: number, outcome: Outcome, attributes: readonly AttributeDefinition[]): string {
  const { event, notes, droppedBy, reason } = outcome
  return printableJson(
    JSON.stringify({
      line,
      outcome: outcome.outcome,
      droppedBy,
      reason,
      notes,
      redacted: redactedPaths(outcome),
      attributes: event && attributesOf(event, attributes),
      event: event?.raw.toString(),
    }),
  )
}
