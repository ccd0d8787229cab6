import { writeFileSync } from 'node:fs'
import { savedObjectsNdjson } from './ndjson.ts'
import { queriesPage } from './queries-page.ts'

// Writes what is made from the list of questions.
writeFileSync(new URL('auditship.ndjson', import.meta.url), savedObjectsNdjson())
writeFileSync(new URL('../../docs/queries.md', import.meta.url), queriesPage())
