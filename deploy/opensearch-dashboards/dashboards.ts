import type { Question } from './question.ts'
import { question } from './questions.ts'
import { type SavedObject, searchId } from './saved-object.ts'
import type { Visualization } from './visualization.ts'
import { OVERVIEW_CHARTS, SESSION_CHARTS } from './visualizations.ts'

/** A chart or a list of hits, and its place: the dashboard has 48 columns. */
interface Panel {
  readonly shows: Visualization | Question
  readonly width: number
  readonly height: number
}

const panel = (shows: Visualization | Question, width: number, height: number): Panel => ({
  shows,
  width,
  height,
})
const COLUMNS = 48

/** The two dashboards. */
export function dashboards(): SavedObject[] {
  return [
    dashboard('auditship-overview', 'Overview', 'What happened in the cluster, and who did it.', [
      panel(OVERVIEW_CHARTS.numbers, 48, 8),
      panel(OVERVIEW_CHARTS.requests, 24, 12),
      panel(OVERVIEW_CHARTS.refusals, 24, 12),
      panel(OVERVIEW_CHARTS.endpoints, 24, 18),
      panel(OVERVIEW_CHARTS.users, 12, 18),
      panel(OVERVIEW_CHARTS.callers, 12, 18),
      panel(OVERVIEW_CHARTS.outside, 16, 18),
      panel(question('rbac-changes'), 32, 18),
    ]),
    dashboard(
      'auditship-interactive-access',
      'Interactive access',
      'Who opened a session into what, by exec, attach, port-forward and debug.',
      [
        panel(SESSION_CHARTS.numbers, 24, 10),
        panel(SESSION_CHARTS.operations, 24, 10),
        panel(SESSION_CHARTS.users, 16, 15),
        panel(SESSION_CHARTS.targets, 16, 15),
        panel(SESSION_CHARTS.tools, 16, 15),
        panel(question('sessions'), 48, 20),
        panel(question('sessions-refused'), 48, 15),
      ],
    ),
  ]
}

function dashboard(id: string, title: string, description: string, panels: readonly Panel[]): SavedObject {
  const source = { query: { query: '', language: 'lucene' }, filter: [] }
  return {
    id,
    type: 'dashboard',
    attributes: {
      title: `[auditship] ${title}`,
      description,
      panelsJSON: JSON.stringify(placed(panels)),
      optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
      timeRestore: true,
      timeFrom: 'now-7d',
      timeTo: 'now',
      version: 1,
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
    },
    references: panels.map(({ shows }, i) => ({
      name: `panel_${i}`,
      ...('query' in shows
        ? { type: 'search', id: searchId(shows) }
        : { type: 'visualization', id: shows.id }),
    })),
    migrationVersion: { dashboard: '7.9.3' },
  }
}

/** The panels from left to right; one that has no room left begins the next row. */
function placed(panels: readonly Panel[]): object[] {
  let x = 0
  let y = 0
  let rowHeight = 0
  return panels.map(({ width, height }, index) => {
    if (x + width > COLUMNS) {
      x = 0
      y += rowHeight
      rowHeight = 0
    }
    const i = String(index)
    const gridData = { x, y, w: width, h: height, i }
    x += width
    rowHeight = Math.max(rowHeight, height)
    return { version: '2.0.0', gridData, panelIndex: i, embeddableConfig: {}, panelRefName: `panel_${i}` }
  })
}
