import * as z from 'zod'
import { condition } from '../../condition/condition.ts'
import { secret } from '../../config/scalars.ts'

/** Options of the `sample` processor. */
export const sampleOptions = z.strictObject({
  oneIn: z
    .int()
    .min(2)
    .max(1_000_000)
    .describe('Of so many requests one is kept; it says so in k8s.auditlog.sample_rate'),
  when: condition()
    .optional()
    .describe(
      'Which events are sampled, in place of reads that neither get into pods nor see Secrets, whatever became of them',
    ),
  key: secret()
    .optional()
    .describe('Goes into the hash of the audit ID: without it a client can choose an ID that is left out'),
})

export type SampleOptions = z.output<typeof sampleOptions>
