import { writeFileSync } from 'node:fs'
import { attributesPage } from './attributes.ts'
import { configurationPage } from './configuration.ts'

// Writes the pages that are made from schemas and tables.
writeFileSync(new URL('../attributes.md', import.meta.url), attributesPage())
writeFileSync(new URL('../configuration.md', import.meta.url), configurationPage())
