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
