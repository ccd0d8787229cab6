import { writeFileSync } from 'node:fs'
import { dashboardJson } from './dashboard.ts'
import { metricsPage } from './metrics-page.ts'

// Writes what is made from the table of metrics and the list of panels.
writeFileSync(new URL('auditship.json', import.meta.url), dashboardJson())
writeFileSync(new URL('../../docs/metrics.md', import.meta.url), metricsPage())
