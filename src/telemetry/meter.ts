import type { LabelsOf, MetricName, NameOf } from './metrics.ts'

/** Takes measurements. Each call is cheap and never throws. */
export interface Meter {
  /** Adds to a counter. Nothing is added where `value` is 0. */
  add<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, value?: number): void
  /** Takes one value of a distribution, in the unit of the metric. */
  record<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void
  set<Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number): void
}

/** Facts beside the measurements, such as the job, for whoever reads them one by one. They are no labels. */
export type Metadata = Readonly<Record<string, string>>

/** Measurements that belong together, such as those of a delivery. */
export interface MeterScope extends Meter {
  /** Hands the measurements over. */
  flush(about: Metadata): void
}

/** Where the measurements go: a log of Lambda, or the page that Prometheus reads. */
export interface Meters {
  open(): MeterScope
}

/** A measurement that a scope holds back. */
export interface Measurement {
  readonly name: MetricName
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly number[]
}
