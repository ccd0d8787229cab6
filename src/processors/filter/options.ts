import * as z from 'zod'
import { ruleSchema } from '../../condition/rule.ts'

const patterns = () => z.array(z.string().min(1)).default([])

/** Options of the `filter` processor. */
export const filterOptions = z
  .strictObject({
    keep: z
      .array(ruleSchema())
      .default([])
      .describe('Rules ({ name, when }) whose events are kept, whatever the others say'),
    drop: z.array(ruleSchema()).default([]).describe('Rules ({ name, when }) whose events are dropped'),
    ignore: z
      .strictObject({
        namespaces: patterns().describe('Drop what is about these namespaces, such as kube-*'),
        names: patterns().describe('Drop what is about objects of these names, such as *-lease'),
        kinds: patterns().describe('Drop what is about these kinds, such as Event'),
      })
      .prefault({}),
    noise: z
      .boolean()
      .default(false)
      .describe(
        'Drop reads of leases and events, health checks, and watches of nodes and components; never what writes, gets into pods, was refused or failed',
      ),
    otherwise: z
      .enum(['keep', 'drop'])
      .default('keep')
      .describe('What becomes of an event that no rule is about; drop: only what `keep` names is kept'),
  })
  .superRefine(({ keep, drop, ignore, noise, otherwise }, context) => {
    const isIdle = drop.length === 0 && !noise && Object.values(ignore).every(list => list.length === 0)
    const report = (message: string) => context.addIssue({ code: 'custom', message })
    if (otherwise === 'drop' && keep.length === 0) report('drops everything: name in `keep` what is kept')
    if (otherwise === 'keep' && isIdle && keep.length > 0)
      report('drops nothing: to keep only what `keep` names, set `otherwise: drop`')
    if (otherwise === 'keep' && isIdle && keep.length === 0)
      report('drops nothing: set `drop`, `noise` or `ignore`')
    const names = [...keep, ...drop].map(({ name }) => name)
    const twice = names.find((name, index) => name !== undefined && names.indexOf(name) < index)
    if (twice !== undefined)
      report(`two rules have the name ${JSON.stringify(twice)}; events are counted by it`)
  })

export type FilterOptions = z.output<typeof filterOptions>
