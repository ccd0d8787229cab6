import * as z from 'zod'
import { byteSize, duration } from '../../config/scalars.ts'
import { describe } from '../../pipeline/health.ts'
import { nameMatcher } from './name-pattern.ts'
import { PROVIDERS } from './provider-presets.ts'

/** A larger line could not be addressed by the 32-bit spans of the scanner together with its neighbours. */
const LARGEST_LINE = 512 * 2 ** 20

/** The options of the `auditLog` receiver. */
export const auditLogOptions = z.strictObject({
  provider: z
    .enum(PROVIDERS)
    .optional()
    .describe(
      'Kubernetes distribution, which says where the log is. kubeadm: the first of two common paths that exists',
    ),
  pathPrefix: z
    .string()
    .min(1)
    .optional()
    .describe("Folder of the log; default: the provider's, without provider `/var/log/kube-audit`"),
  filename: z
    .string()
    .regex(/^[^/]+$/, 'expected a file name without a slash; the folder belongs to pathPrefix')
    .superRefine((name, problems) => {
      const message = whyNoPattern(name)
      if (message !== undefined) problems.addIssue({ code: 'custom', message })
    })
    .optional()
    .describe(
      'Name of the live file; its rotated files are found by it. A pattern of `*`, `?`, `[a-z]`, `{a,b}` reads all logs in the ' +
        'folder whose live files it fits, each with its own rotated files, also those that come later; `\\` makes such a character ' +
        "a common one. Default: the provider's, without provider `audit.log`",
    ),
  startAt: z
    .enum(['beginning', 'end'])
    .default('beginning')
    .describe(
      'Where the first start begins: `beginning` reads all rotated files and the live one, `end` only what is written from then on',
    ),
  checkpoint: z
    .boolean()
    .default(true)
    .describe('Remember what was delivered. `false`: begin at startAt at each start, for trying out'),
  maxInFlight: z.int().min(1).max(64).default(2).describe('Batches under way and not yet acknowledged'),
  batchSize: byteSize()
    .pipe(
      z
        .number()
        .min(1024)
        .max(64 * 2 ** 20),
    )
    .prefault('1536KiB')
    .describe('Most bytes of the log in one batch; a longer line is a batch of its own'),
  maxLineSize: byteSize()
    .pipe(z.number().min(1024).max(LARGEST_LINE))
    .prefault('16MiB')
    .describe('A longer line is skipped; its first 64 KiB go into the dead-letter file'),
  pollInterval: duration()
    .pipe(z.number().min(10).max(60_000))
    .prefault('500ms')
    .describe('How often to look at the file when the operating system reports no change'),
})

/** The options, parsed. */
export type AuditLogOptions = z.output<typeof auditLogOptions>

function whyNoPattern(name: string): string | undefined {
  try {
    nameMatcher(name)
    return undefined
  } catch (error) {
    return `expected a file name or a pattern of *, ?, [a-z], {a,b}; found ${name}: ${describe(error)}. Write \\ before a character that is part of the name`
  }
}
