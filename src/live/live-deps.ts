import type { Clock } from '../clock.ts'
import type { TenantDatabase } from '../db/open.ts'
import type { Log } from '../log/log.ts'
import type { LiveAccounts } from './accounts.ts'
import type { Route } from './live-event.ts'

/** What applying events needs. One object serves a process: its accounts share the connections and the limits. */
export interface LiveDeps {
  /** The rows of that tenant, and no others. */
  tenant(id: string): TenantDatabase
  readonly accounts: LiveAccounts
  /** Has an incremental job of the account sent soon. It may be called often; `reason` is for the log. */
  requestIncremental(route: Route, reason: string): Promise<void>
  readonly clock: Clock
  /** The time since 1970. */
  now(): Date
  readonly log: Log
}
