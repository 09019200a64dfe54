import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type MetricName, metrics } from '../../src/telemetry/metrics.ts'
import { prometheusName } from '../../src/telemetry/prometheus.ts'

const names = Object.keys(metrics) as MetricName[]
const read = (path: string) => readFileSync(path, 'utf8')

test.each(['infra/grafana-dashboard.json', 'infra/prometheus-rules.yml'])(
  'every query of %s names a metric that exists',
  (path) => {
    const known = new Set(names.map(prometheusName))
    const queried = [...read(path).matchAll(/\b(?:billing_sync|messaging)_\w+/g)]
      .map(([name]) => name.replace(/_bucket$/, ''))
      .filter((name) => name !== 'messaging_system')
    expect(queried.length).toBeGreaterThan(15)
    expect(queried.filter((name) => !known.has(name))).toEqual([])
  },
)

test.each([
  'infra/dashboard.yml',
  'infra/alarms.yml',
  'infra/live-events/dashboard.yml',
  'infra/live-events/alarms.yml',
])('every metric of %s is one that the worker writes', (path) => {
  const named = [...read(path).matchAll(/\b(?:billing_sync|messaging)\.[\w.]+/g)].map(([name]) => name)
  expect(named.length).toBeGreaterThan(path.endsWith('events/alarms.yml') ? 0 : 10)
  expect(named.filter((name) => !(name in metrics))).toEqual([])
})
