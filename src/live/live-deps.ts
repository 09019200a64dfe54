import type { Clock } from '../clock.ts'
import type { TenantDatabase } from '../db/open.ts'
import type { Log } from '../log/log.ts'
import type { Provider } from '../provider/contract.ts'
import type { Applied, LiveEvent, Route } from './live-event.ts'

/** What applying events needs. One object serves a process: its accounts share the connections and the limits. */
export interface LiveDeps {
  /** The rows of that tenant, and no others. */
  tenant(id: string): TenantDatabase
  /** The provider of that name. @throws SyncError with verdict `reject` where there is none */
  provider(name: string): Promise<Provider>
  /** The key of the account: undefined for the configured one. Null if nothing can be asked for. @throws SyncError */
  accessToken(route: Route): Promise<string | undefined | null>
  /** Sends an incremental job for the account. It may be called often; `reason` is for the log. */
  requestIncremental(route: Route, reason: string): Promise<void>
  readonly clock: Clock
  readonly log: Log
}

/** Writes the events of one route in one transaction. @throws SyncError if the database does not answer */
export type ApplyLive = (route: Route, events: readonly LiveEvent[], deps: LiveDeps) => Promise<Applied>
