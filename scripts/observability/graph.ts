import type { MetricName } from '../../src/telemetry/metrics.ts'
import type { CloudWatchMetric, Part } from './alarm.ts'

/** A graph of both dashboards, in the terms of each. */
export interface Graph {
  readonly title: string
  /** The part of the stack that it shows. Absent: every stack has it. */
  readonly part?: Part
  readonly unit: 'messages' | 'seconds' | 'a second' | 'share' | 'rows' | 'jobs'
  /** Queries of Prometheus, each with the legend of its lines: `{{provider}}`. */
  readonly prometheus: readonly { readonly expression: string; readonly legend: string }[]
  /** Lines of CloudWatch. Absent: the graph has none there. */
  readonly cloudWatch?: readonly CloudWatchLine[]
}

export type CloudWatchLine =
  | { readonly metric: CloudWatchMetric; readonly label: string }
  /** All metrics of a name with these dimensions, a line each. */
  | { readonly search: { readonly name: MetricName; readonly by: readonly string[] }; readonly stat: string }
