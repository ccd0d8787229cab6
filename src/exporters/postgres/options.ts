import * as z from 'zod'
import { connectionOptions } from '../../postgres/connection-options.ts'

/** Options of the `postgres` exporter. */
export const postgresOptions = z
  .strictObject({
    ...connectionOptions(),
    events: z
      .enum(['interactive', 'all'])
      .default('interactive')
      .describe(
        '`interactive`: a row of `change_events` for each request for interactive access; `all`: also every audit event, in `audit_events`',
      ),
    retentionDays: z
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .describe('Audit events older than so many days are deleted, a day at a time; default: kept'),
    setup: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe(
            'Make tables and columns that are missing before the first event; `auditship setup postgres` does so in any case',
          ),
      })
      .prefault({})
      .describe('What is made in the database'),
  })
  .refine(
    ({ retentionDays, events }) => retentionDays === undefined || events === 'all',
    'retentionDays is for `events: all`, change_events is kept',
  )

/** The options, parsed. */
export type PostgresOptions = z.output<typeof postgresOptions>
