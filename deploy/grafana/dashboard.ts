import { PANELS, type Panel } from './panels.ts'

const WIDTH = 8
const HEIGHT = 8
const PER_ROW = 3
const DATASOURCE = { type: 'prometheus', uid: '$datasource' }

/** The dashboard as Grafana 10 and later import it. https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
export function dashboardJson(): string {
  const dashboard = {
    title: 'auditship',
    uid: 'auditship',
    tags: ['auditship', 'kubernetes', 'audit'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'utc',
    templating: { list: [datasourceVariable, instanceVariable] },
    panels: PANELS.map(panelJson),
  }
  return `${JSON.stringify(dashboard, null, 2)}\n`
}

const datasourceVariable = {
  name: 'datasource',
  label: 'Prometheus',
  type: 'datasource',
  query: 'prometheus',
}

const instanceVariable = {
  name: 'instance',
  label: 'Agent',
  type: 'query',
  datasource: DATASOURCE,
  query: { query: 'label_values(auditship_ready, instance)', refId: 'instance' },
  refresh: 2, // when the time range changes
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
}

function panelJson({ title, description, unit, queries, kind }: Panel, index: number): object {
  return {
    id: index + 1,
    title,
    description,
    type: kind ?? 'timeseries',
    datasource: DATASOURCE,
    gridPos: {
      x: (index % PER_ROW) * WIDTH,
      y: Math.floor(index / PER_ROW) * HEIGHT,
      w: WIDTH,
      h: HEIGHT,
    },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(({ expr, legend }, target) => ({
      refId: String.fromCharCode(65 + target),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
    })),
  }
}
