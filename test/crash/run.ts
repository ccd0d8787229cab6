// Ends agents many more times than the tests do: npm run crash -- [--kills 1000] [--seed 1] [--only 'files'] [--at-once 2]
// Kills are shared out among the plans that kill, as they are in the tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type CrashReport, crashRun } from './crash-run.ts'
import { PLANS } from './plans.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    only: { type: 'string', default: '' },
    'at-once': { type: 'string', default: '2' },
  },
})
const seed = Number(values.seed)
const chosen = Object.entries(PLANS).filter(
  ([title, { signal }]) => signal === 'SIGKILL' && title.includes(values.only),
)
const inTests = chosen.reduce((sum, [, { ends }]) => sum + ends, 0)
const share = Number(values.kills) / inTests
const total = { kills: 0, events: 0, repeats: 0, lost: 0, wrong: 0 }

console.log(`seed ${seed}`)
const started = performance.now()
const waiting = chosen.map(([title, plan]) => ({
  title,
  plan: { ...plan, ends: Math.ceil(plan.ends * share) },
}))
await Promise.all(Array.from({ length: Number(values['at-once']) }, workOn))
const seconds = ((performance.now() - started) / 1000).toFixed(0)
console.log(`in ${seconds} s, with seed ${seed}: ${JSON.stringify(total)}`)
if (total.lost + total.wrong > 0) process.exitCode = 1

async function workOn(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const root = mkdtempSync(join(tmpdir(), 'auditship-crash-'))
    const report = await crashRun(next.plan, root, seed + waiting.length)
    tell(next.title, next.plan.ends, report)
    rmSync(root, { recursive: true })
  }
}

function tell(
  title: string,
  kills: number,
  { lanes, troubles, seconds, moments, atTheEnd }: CrashReport,
): void {
  console.log(
    `\nan agent ${title}\n  ${kills} kills in ${seconds.toFixed(0)} s ${JSON.stringify(moments)}, ${atTheEnd} at the log's end`,
  )
  total.kills += kills
  total.wrong += troubles.length
  for (const trouble of troubles) console.log(`  WRONG ${trouble}`)
  for (const { lost, deletedUnread, wrong, ...numbers } of lanes) {
    console.log(
      `  ${JSON.stringify({ ...numbers, lost: lost.length, deletedUnread: deletedUnread.length, wrong: wrong.length })}`,
    )
    for (const problem of wrong) console.log(`  WRONG ${problem}`)
    if (lost.length > 0) console.log(`  LOST ${lost.slice(0, 50).join()}`)
    total.events += numbers.events
    total.repeats += numbers.repeats
    total.lost += lost.length + deletedUnread.length
    total.wrong += wrong.length
  }
}
