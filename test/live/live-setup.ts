import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config/load.ts'
import { openDatabase } from '../../src/db/open.ts'
import { openLiveAccounts } from '../../src/live/accounts.ts'
import { applyLive } from '../../src/live/apply.ts'
import type { Ceiling } from '../../src/live/ceiling.ts'
import type { LiveDeps } from '../../src/live/live-deps.ts'
import type { Route } from '../../src/live/live-event.ts'
import { silentLog } from '../../src/log/log.ts'
import { openProviders } from '../../src/providers/index.ts'
import { providerSettings } from '../../src/worker.ts'
import { type SetupOptions, setup } from '../support/setup.ts'
import { eventsOf, liveEvent, type StripeEvent } from './stripe-event.ts'

export interface LiveOptions extends SetupOptions {
  readonly deps?: Partial<LiveDeps>
  /** Null: the account has no key. */
  readonly accessToken?: string | null
  readonly now?: () => Date
  readonly ceiling?: Ceiling
}

/** A worker, its sandbox and what applies the events of the sandbox's account, for a tenant of the test's own. */
export async function liveSetup({
  deps,
  accessToken = 'sk_live_sandbox',
  now = () => new Date(),
  ceiling,
  ...options
}: LiveOptions = {}) {
  const parts = await setup(options)
  const config = readConfig({ environment: parts.environment, file: undefined })
  const database = await openDatabase(config.database, { connections: 6, applicationName: 'live test' })
  const provider = await openProviders(providerSettings(config))
  const clock = systemClock
  const accounts = openLiveAccounts({
    provider,
    accessToken: async () => accessToken,
    tenant: database.tenant,
    clock,
    now,
    ...(ceiling && { ceiling }),
  })
  onTestFinished(async () => {
    accounts.close()
    await database.close()
  })
  const requested: string[] = []
  const all: LiveDeps = {
    tenant: database.tenant,
    accounts,
    requestIncremental: async (_, reason) => void requested.push(reason),
    clock,
    now,
    log: silentLog,
    ...deps,
  }
  const tenantId = randomUUID()
  const route: Route = { tenantId, provider: 'stripe', account: 'acct_sandbox', state: 'active', reference: null }
  return {
    ...parts,
    database,
    tenantId,
    requested,
    route,
    deps: all,
    /** All events of the sandbox since the second, the oldest first. */
    events: (since = 0) => eventsOf(parts.sandbox.url, since),
    apply: (events: readonly StripeEvent[], changes: Partial<Route> = {}) =>
      applyLive(
        { ...route, ...changes },
        events.map((event) => liveEvent(event)),
        all,
      ),
  }
}
