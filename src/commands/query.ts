import { WrongFilter } from '../query/filters.ts'
import { EXIT } from './exit-code.ts'
import { type QueryOptions, understood } from './query-asked.ts'
import { answerFromLogs } from './query-logs.ts'

/** `auditship query QUESTION`: answers a question about an audit log. Resolves to the exit code. */
export async function query(
  name: string | undefined,
  argument: string | undefined,
  options: QueryOptions,
): Promise<number> {
  try {
    const asked = understood(name, argument, options)
    const { file, provider, pathPrefix, filename } = options
    if ((file ?? provider ?? pathPrefix ?? filename) !== undefined)
      return await answerFromLogs(asked, options)
    // What takes long to load is loaded when it is used.
    return await (await import('./query-database.ts')).answerFromDatabase(asked, options)
  } catch (error) {
    if (!(error instanceof WrongFilter)) throw error
    console.error(`auditship query: ${error.message}`)
    return EXIT.usage
  }
}
