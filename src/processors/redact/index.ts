import type { ProcessorType } from '../../pipeline/component.ts'
import { redactOptions } from './options.ts'
import { RedactProcessor } from './processor.ts'

/** The `redact` processor. */
export const redactProcessor: ProcessorType<typeof redactOptions> = {
  type: 'redact',
  description:
    'Puts <redacted> or an HMAC in the place of Secrets, tokens, private keys and passwords; part of every pipeline unless it is `false`',
  options: redactOptions,
  create: (options, context) => new RedactProcessor(options, context),
}
