import type { Mode, Sized } from './mode.ts'
import type { Postgres } from './postgres.ts'
import type { Population } from './server/protocol.ts'
import { openStripeServer, type StripeServer, untilToday } from './stripe-server.ts'

/** What every scenario works with. */
export interface Bench {
  readonly mode: Mode
  readonly postgres: Postgres
  /** How often each measurement is made. */
  readonly rounds: number
  pick<T>(sizes: Sized<T>): T
  /** A server with these lists; the one before is closed, unless it has the same. */
  server(lists: Population['lists']): Promise<StripeServer>
  /** A line for whoever watches. */
  say(line: string): void
  close(): void
}

export function createBench(mode: Mode, rounds: number | null, postgres: Postgres): Bench {
  let current: { readonly key: string; readonly server: StripeServer } | undefined
  return {
    mode,
    postgres,
    rounds: rounds ?? (mode === 'full' ? 5 : 1),
    pick: (sizes) => sizes[mode],
    async server(lists) {
      const key = JSON.stringify(lists)
      if (current?.key !== key) {
        current?.server.close()
        current = undefined
        current = { key, server: await openStripeServer({ seed: 1, until: untilToday(), lists }) }
      }
      return current.server
    },
    say: (line) => console.error(`  ${line}`),
    close: () => current?.server.close(),
  }
}

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
