// Drives the same log, rotations, crashes and outages through auditship and its peers, and counts what each one lost:
//   node bench/survival.ts [--seed 1] [--scenarios rotation,kill] [--shippers auditship,collector]
// Peers: the `tail` package; an OpenTelemetry Collector (OTELCOL, else the one built for the tests); Fluent Bit (FLUENT_BIT).
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { chosenOf } from './run/chosen.ts'
import { cell, type Outcome, report } from './survival/report.ts'
import { runScenario } from './survival/run-scenario.ts'
import { EVENTS_PER_SECOND } from './survival/scenario.ts'
import { scenarios } from './survival/scenarios.ts'
import { auditship } from './survival/shippers/auditship.ts'
import { collector } from './survival/shippers/collector.ts'
import { fluentBit } from './survival/shippers/fluent-bit.ts'
import { tail } from './survival/shippers/tail.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    scenarios: { type: 'string' },
    shippers: { type: 'string' },
  },
})
const seed = Number(values.seed)
const chosen = chosenOf(scenarios(seed), values.scenarios)
const shippers = chosenOf(
  [auditship(), collector('collector'), collector('collector-live'), fluentBit(), tail],
  values.shippers,
)

execFileSync('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
const outcomes = new Map<string, Map<string, Outcome>>()
for (const shipper of shippers) {
  if ('advice' in shipper) {
    console.log(`${shipper.name} not found: ${shipper.advice}`)
    continue
  }
  const own = new Map<string, Outcome>()
  outcomes.set(shipper.title, own)
  for (const scenario of chosen) {
    const outcome = await runScenario(shipper, scenario, seed).catch((error: Error) => error)
    if (outcome instanceof Error) console.error(outcome)
    console.log(`${shipper.name}, ${scenario.name}: ${cell(outcome)}`)
    own.set(scenario.name, outcome)
  }
}

console.log(`
events lost / repeated / altered; ${EVENTS_PER_SECOND} events/s, seed ${seed}; Node.js ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model}
`)
console.log(report(chosen, outcomes))
const own = [...(outcomes.get(auditship().title)?.values() ?? [])]
if (own.some(outcome => outcome instanceof Error || outcome.lost.length + outcome.altered.length > 0))
  process.exitCode = 1
