import { agentRun } from './agent-run.ts'
import type { Contender } from './contender.ts'
import type { CorpusFile } from './corpus-file.ts'
import type { SinkProcess } from './sink-process.ts'
import { GOALS, VARIANTS, type Variant } from './variants.ts'

/** The agent's variants that send to the sink. */
export function agentsToSink(): Contender[] {
  return Object.entries(VARIANTS).map(([name, variantFor]) => {
    const goal = GOALS[name]
    return {
      name,
      kind: 'agent',
      ...(goal !== undefined && { goal }),
      async run(corpus, sink) {
        const variant = variantFor(sink.endpoint)
        const measurement = await agentRun(corpus, variant)
        return { ...measurement, wrong: await difference(corpus, sink, isRedacted(variant)) }
      },
    }
  })
}

const isRedacted = ({ processors }: Variant): boolean => processors !== undefined && 'redact' in processors

/** What is wrong with what the sink has: events arrive once, and byte for byte unless they are redacted. */
async function difference(
  { counts }: CorpusFile,
  sink: SinkProcess,
  isRedacted: boolean,
): Promise<string | undefined> {
  const { events, eventBytes, refused } = await sink.stats()
  const expectedBytes = counts.bytes - counts.events // the newlines stay behind
  const isWhole = isRedacted || eventBytes === expectedBytes
  if (events === counts.events && isWhole && refused === 0) return undefined
  return `${events} of ${counts.events} events, ${eventBytes} of ${expectedBytes} bytes, ${refused} requests refused`
}
