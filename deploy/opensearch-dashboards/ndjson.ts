import { dashboards } from './dashboards.ts'
import { QUESTIONS } from './questions.ts'
import { indexPatterns, savedSearch } from './saved-object.ts'
import { savedVisualization } from './visualization.ts'
import { OVERVIEW_CHARTS, SESSION_CHARTS } from './visualizations.ts'

/** What auditship.ndjson holds: what others refer to comes first. */
export function savedObjectsNdjson(): string {
  const charts = [...Object.values(OVERVIEW_CHARTS), ...Object.values(SESSION_CHARTS)]
  const objects = [
    ...indexPatterns(),
    ...QUESTIONS.map(savedSearch),
    ...charts.map(savedVisualization),
    ...dashboards(),
  ]
  return objects.map(object => `${JSON.stringify(object)}\n`).join('')
}
