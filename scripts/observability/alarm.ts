import type { MetricName } from '../../src/telemetry/metrics.ts'

/** Something that a person should know, with the two expressions that notice it. */
export interface Alarm {
  /** The logical id in CloudFormation and the heading in docs/operations.md. Prometheus has it with `BillingSync` before. */
  readonly name: `${string}Alarm`
  /** What happened and the first step, for the notification. */
  readonly about: string
  /** The part of the stack that has it: live events, or the receiver of webhooks. Absent: every stack has it. */
  readonly part?: Part
  readonly cloudWatch: CloudWatchAlarm | Absent
  readonly prometheus: PrometheusRule | Absent
}

/** A part of the stack that is not always deployed, see infra/live-events/parts.cjs. */
export type Part = 'events' | 'receiver'

/** Why one of the two does not have the alarm. */
export interface Absent {
  readonly absent: string
}

export interface CloudWatchAlarm {
  /** Seconds. All metrics of an alarm have the same period. */
  readonly period: number
  readonly metrics: Readonly<Record<string, CloudWatchMetric>>
  /** Metric math over `metrics`. Above `threshold` the alarm rings. */
  readonly expression: string
  readonly threshold: number
  /** So many of the last periods must be above the threshold; each of them, if `window` is absent. */
  readonly periods: number
  readonly window?: number
  /** `missing`: no data for a while notifies too. */
  readonly missing?: 'notBreaching' | 'missing'
}

export type CloudWatchMetric =
  | { readonly from: 'worker'; readonly name: MetricName; readonly labels: Labels; readonly stat: Statistic }
  | { readonly from: 'queue' | 'dead letters'; readonly name: string; readonly stat: Statistic }
  | { readonly from: 'events queue' | 'events dead letters'; readonly name: string; readonly stat: Statistic }
  | { readonly from: FunctionOf; readonly name: string; readonly stat: Statistic }

/** The functions: of jobs, of the schedules, of live events, and of webhooks. */
export type FunctionOf = 'function' | 'tick' | 'events function' | 'receiver'

export type Labels = Readonly<Record<string, string>>
export type Statistic = 'Sum' | 'Maximum'

export interface PrometheusRule {
  readonly expression: string
  /** How long the expression has to hold: `5m`. */
  readonly for: string
}

export const worker = (name: MetricName, stat: Statistic, labels: Labels = {}): CloudWatchMetric => ({
  from: 'worker',
  name,
  labels,
  stat,
})
export const queue = (name: string, stat: Statistic = 'Maximum'): CloudWatchMetric => ({ from: 'queue', name, stat })
export const deadLetters = (name: string): CloudWatchMetric => ({ from: 'dead letters', name, stat: 'Maximum' })
export const fn = (name: string, stat: Statistic): CloudWatchMetric => ({ from: 'function', name, stat })

export const tick = (name: string, stat: Statistic): CloudWatchMetric => ({ from: 'tick', name, stat })

export const eventsQueue = (name: string): CloudWatchMetric => ({ from: 'events queue', name, stat: 'Maximum' })
export const eventsDeadLetters = (name: string): CloudWatchMetric => ({
  from: 'events dead letters',
  name,
  stat: 'Maximum',
})
export const eventsFn = (name: string, stat: Statistic): CloudWatchMetric => ({ from: 'events function', name, stat })
export const receiver = (name: string, stat: Statistic): CloudWatchMetric => ({ from: 'receiver', name, stat })

/** A sum over a period is above 0, as of a metric that has data only if something is wrong. */
export function anyIn(period: number, metric: CloudWatchMetric, periods = 1): CloudWatchAlarm {
  return { period, metrics: { m: metric }, expression: 'm', threshold: 0, periods }
}

/** The longest invocation came within 10 seconds of the timeout of its function. */
export function slow(duration: CloudWatchMetric, name: 'sync' | 'events' | 'receiver'): CloudWatchAlarm {
  return {
    period: 60,
    metrics: { milliseconds: duration },
    expression: `milliseconds / 1000 - \${self:functions.${name}.timeout} + 10`,
    threshold: 0,
    periods: 1,
  }
}
