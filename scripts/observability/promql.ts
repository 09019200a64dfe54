import type { MetricName } from '../../src/telemetry/metrics.ts'
import { prometheusName } from '../../src/telemetry/prometheus.ts'
import type { Labels } from './alarm.ts'

/** A metric with values for labels. */
export function select(name: MetricName, labels: Labels = {}, suffix = ''): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return `${prometheusName(name)}${suffix}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''}`
}

/**
 * What a counter gained in a time, over all processes. A series that is younger than that time counts as a whole: `increase`
 * would not see the first step of it, which for a rare failure is the only one.
 */
export function gained(selected: string, time: string, by = ''): string {
  const grouped = by === '' ? '' : ` by (${by})`
  return `sum${grouped}((increase(${selected}[${time}]) and ${selected} offset ${time}) or ${selected})`
}
