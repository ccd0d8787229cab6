import { COMPONENTS } from '../components.ts'
import { describeComponents } from '../config/describe.ts'
import { formatListing } from '../config/describe-text.ts'
import { EXIT } from './exit-code.ts'

/** `auditship components`: what can be configured, from the schemas that check configurations. */
export async function components({ format }: { readonly format: string }): Promise<number> {
  if (format !== 'text' && format !== 'json') {
    console.error(`auditship components: --format: expected text or json, found ${format}`)
    return EXIT.usage
  }
  const listing = describeComponents(COMPONENTS)
  process.stdout.write(format === 'json' ? `${JSON.stringify(listing, null, 2)}\n` : formatListing(listing))
  return EXIT.ok
}
