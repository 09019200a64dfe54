import type { Bench } from './bench.ts'
import type { Mode } from './mode.ts'

/** One claim and what became of it. */
export interface Finding {
  readonly what: string
  readonly measured: string
  /** In words; empty where there is none. */
  readonly target: string
  /** Null where there is no target. */
  readonly reached: boolean | null
}

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A line of the chart: objects a second by latency in milliseconds. */
export interface Series {
  readonly label: string
  readonly points: readonly { readonly latencyMs: number; readonly perSecond: number }[]
}

/** What a scenario found. Plain data: it is kept as JSON until the report is written. */
export interface Result {
  readonly findings: readonly Finding[]
  readonly tables?: readonly Table[]
  readonly series?: readonly Series[]
  /** Runs that lost rows or failed, in words: they have no figures, and the bench ends with 1. */
  readonly problems: readonly string[]
}

export interface Scenario {
  readonly name: string
  /** One sentence: what is run. */
  readonly about: string
  /** Modes it is part of; with --only it runs in any. */
  readonly modes: readonly Mode[]
  run(bench: Bench): Promise<Result>
}
