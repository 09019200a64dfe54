import type { CloudWatchAlarm, CloudWatchMetric, Statistic } from '../../scripts/observability/alarm.ts'
import { alarms } from '../../scripts/observability/alarms.ts'
import { isAbsent } from '../../scripts/observability/cloudwatch-alarms.ts'
import { createEmfMeters } from '../../src/telemetry/emf.ts'
import {
  type GaugeReadings,
  publishEventsQueue,
  publishGauges,
  type QueueReadings,
} from '../../src/telemetry/gauges.ts'
import { createLiveTelemetry } from '../../src/telemetry/live.ts'
import type { MeterScope, Meters } from '../../src/telemetry/meter.ts'
import { createRegistry } from '../../src/telemetry/prometheus.ts'
import { createTelemetry } from '../../src/telemetry/telemetry.ts'
import { type AlarmState, statesOf } from './cloudwatch/alarm-state.ts'
import { evaluate, type Series } from './cloudwatch/math.ts'

const minuteMs = 60_000
/** On the hour, as periods are. */
const beginning = Date.UTC(2026, 10, 1)
/** The parameters of serverless.yml that expressions name. */
export const parameters = { timeoutSeconds: 300, maximumConcurrency: 2 } as const

interface Point {
  readonly at: number
  readonly metric: string
  readonly value: number
}

/**
 * Watches a worker as CloudWatch and Prometheus do: it takes what the worker writes, at times that the test sets. AWS's own
 * metrics are taken from what the test measures of the queue and of invocations.
 */
export function openObservatory() {
  let now = beginning
  const points: Point[] = []
  const registry = createRegistry()
  /** The text of `/metrics` after each minute. */
  const scrapes: string[] = []
  const emf = createEmfMeters({
    namespace: 'billing-sync/prod',
    now: () => now,
    write: (line) => points.push(...pointsOf(JSON.parse(line))),
  })
  const meters = both(emf, registry)
  const telemetry = createTelemetry({
    meters,
    system: 'aws_sqs',
    lanes: parameters.maximumConcurrency,
    now: () => now,
  })
  const seriesOf = (metric: CloudWatchMetric, period: number): Series => {
    const length = Math.max(1, Math.ceil((now - beginning) / (period * 1_000)))
    const values = Array.from({ length }, (): number[] => [])
    for (const { at, metric: name, value } of points)
      if (name === nameOf(metric)) values[Math.floor((at - beginning) / (period * 1_000))]?.push(value)
    return values.map((inPeriod) => (inPeriod.length === 0 ? null : statistics[metric.stat](inPeriod)))
  }
  return {
    telemetry,
    liveTelemetry: createLiveTelemetry(meters),
    now: () => now,
    scrapes,
    /** A value of one of AWS's own metrics, now. */
    measured(from: Exclude<CloudWatchMetric['from'], 'worker'>, name: string, value: number) {
      points.push({ at: now, metric: `${from} ${name}`, value })
    },
    publish: (readings: GaugeReadings) => publishGauges(meters, readings),
    publishEvents: (queue: Partial<QueueReadings>) =>
      publishEventsQueue(meters, { waiting: 0, inFlight: 0, delayed: 0, dead: 0, oldestAge: 0, ...queue }),
    /** Lets minutes pass. `each` is called in each of them. */
    async pass(minutes: number, each: () => void | Promise<void> = () => {}) {
      for (let minute = 0; minute < minutes; minute++) {
        await each()
        scrapes.push(registry.text())
        now += minuteMs
      }
    },
    /** Lets time pass within a minute, as while a delivery lasts. */
    elapse(ms: number) {
      now += ms
    },
    /** The states that an alarm of CloudWatch has had. */
    states(name: string): readonly AlarmState[] {
      const alarm = alarms.find((candidate) => candidate.name === name)?.cloudWatch
      if (!alarm || isAbsent(alarm)) throw new Error(`${name} is no alarm of CloudWatch`)
      return statesOf(expressionOf(alarm, seriesOf), evaluationOf(alarm))
    },
    /** The alarms of CloudWatch that have rung. */
    rung(): readonly string[] {
      return alarms
        .filter(({ cloudWatch }) => !isAbsent(cloudWatch))
        .filter(({ name }) => this.states(name).includes('ALARM'))
        .map(({ name }) => name)
    },
  }
}

function expressionOf(
  { expression, metrics, period }: CloudWatchAlarm,
  seriesOf: (metric: CloudWatchMetric, period: number) => Series,
) {
  const filled = expression
    .replace(`\${self:functions.sync.timeout}`, String(parameters.timeoutSeconds))
    .replace(`\${self:functions.events.timeout}`, '60')
    .replace(`\${self:functions.receiver.timeout}`, '15')
    .replace(`\${param:maximumConcurrency}`, String(parameters.maximumConcurrency))
  const series = Object.entries(metrics).map(([id, metric]) => [id, seriesOf(metric, period)] as const)
  return evaluate(filled, Object.fromEntries(series))
}

function evaluationOf({ threshold, periods, window = periods, missing = 'notBreaching' }: CloudWatchAlarm) {
  return { threshold, periods: window, datapoints: periods, missing }
}

const statistics: Readonly<Record<Statistic, (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
}

function nameOf(metric: CloudWatchMetric): string {
  if (metric.from !== 'worker') return `${metric.from} ${metric.name}`
  return ownName(metric.name, metric.labels)
}

const ownName = (name: string, dimensions: Readonly<Record<string, unknown>>) =>
  `worker ${name} ${JSON.stringify(Object.entries(dimensions).sort())}`

interface EmfDocument {
  readonly [member: string]: unknown
  readonly _aws: {
    readonly Timestamp: number
    readonly CloudWatchMetrics: readonly {
      readonly Dimensions: readonly (readonly string[])[]
      readonly Metrics: readonly { readonly Name: string }[]
    }[]
  }
}

/** The data points that CloudWatch makes of a document: one for each metric, set of dimensions and value. */
function pointsOf(document: EmfDocument): Point[] {
  const { Timestamp: at, CloudWatchMetrics } = document._aws
  return CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) =>
      Dimensions.flatMap((set) => {
        const metric = ownName(Name, Object.fromEntries(set.map((dimension) => [dimension, document[dimension]])))
        return [document[Name]].flat().map((value) => ({ at, metric, value: Number(value) }))
      }),
    ),
  )
}

/** Meters that hand each measurement to both. */
function both(first: Meters, second: Meters): Meters {
  return {
    open() {
      const scopes: readonly MeterScope[] = [first.open(), second.open()]
      return {
        add: (...call) => scopes.forEach((scope) => void scope.add(...call)),
        record: (...call) => scopes.forEach((scope) => void scope.record(...call)),
        set: (...call) => scopes.forEach((scope) => void scope.set(...call)),
        flush: (...call) => scopes.forEach((scope) => void scope.flush(...call)),
      }
    },
  }
}
