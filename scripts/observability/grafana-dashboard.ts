import type { Graph } from './graph.ts'
import { graphs } from './graphs.ts'

/** Grafana's words for units. */
const units: Readonly<Record<Graph['unit'], string>> = {
  messages: 'short',
  rows: 'short',
  jobs: 'short',
  seconds: 's',
  'a second': 'ops',
  share: 'percentunit',
}

const columns = 2
const width = 24 / columns
const height = 8

/** infra/grafana-dashboard.json: the same graphs over Prometheus, for the import of Grafana. */
export function grafanaDashboard(): string {
  const dashboard = {
    title: 'billing-sync',
    uid: 'billing-sync',
    schemaVersion: 39,
    editable: true,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' }],
    },
    panels: graphs.map(panel),
  }
  return `${JSON.stringify(dashboard, null, 2)}\n`
}

const datasource = { type: 'prometheus', uid: `\${datasource}` }

function panel({ title, unit, prometheus }: Graph, at: number) {
  return {
    id: at + 1,
    type: 'timeseries',
    title,
    datasource,
    gridPos: { x: (at % columns) * width, y: Math.floor(at / columns) * height, w: width, h: height },
    fieldConfig: { defaults: { unit: units[unit], min: 0 }, overrides: [] },
    targets: prometheus.map(({ expression, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr: expression,
      legendFormat: legend,
    })),
  }
}
