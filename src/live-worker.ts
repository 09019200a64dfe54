import { systemClock } from './clock.ts'
import type { Config } from './config/load.ts'
import { openDatabase } from './db/open.ts'
import { openEventOrigins } from './event-origins.ts'
import { openLiveAccounts } from './live/accounts.ts'
import { applyLive } from './live/apply.ts'
import type { Certificates } from './live/certificates.ts'
import { follow } from './live/follow.ts'
import { requestIncremental } from './live/gap.ts'
import type { LiveDeps } from './live/live-deps.ts'
import type { Route } from './live/live-event.ts'
import { receive } from './live/receive.ts'
import type { RoutedAccount } from './live/routes.ts'
import type { Settlement } from './live/settlement.ts'
import type { Log } from './log/log.ts'
import { openProviders } from './providers/index.ts'
import type { Message } from './queue/message.ts'
import { createSecrets } from './secrets/secrets.ts'
import type { LiveTelemetry } from './telemetry/live.ts'
import { providerSettings } from './worker.ts'

/** Works on live events of any transport, with its own database connections, for as long as its process lives. */
export interface LiveWorker {
  /** Works on a batch of messages of the events queue. Never rejects. */
  work(messages: readonly Message[]): Promise<ReadonlyMap<Message, Settlement>>
  close(): Promise<void>
}

interface LiveWorkerDeps {
  readonly log: Log
  readonly telemetry?: LiveTelemetry
  /** Names this process in pg_stat_activity. */
  readonly name: string
  /** Of a stand-in. Absent: those of PayPal's hosts. */
  readonly certificates?: Certificates | undefined
}

/** Builds everything that live events need from the configuration. @throws SyncError if the database cannot be opened */
export async function openLiveWorker(
  config: Config,
  { log, telemetry, name, certificates }: LiveWorkerDeps,
): Promise<LiveWorker> {
  const { Prefix: prefix, Endpoint: endpoint, Region: region } = config.Secrets
  const provider = await openProviders(providerSettings(config))
  const database = await openDatabase(config.database, {
    connections: config.Worker.Concurrency,
    applicationName: name,
    announce: false,
  })
  const origins = openEventOrigins(config, database, certificates)
  const secrets = createSecrets({ prefix, endpoint, region }, systemClock)
  const now = () => new Date()
  /** The accounts of routes by what they are, for their references. */
  const routed = new Map<string, RoutedAccount>()
  const accounts = openLiveAccounts({
    provider,
    tenant: database.tenant,
    clock: systemClock,
    now,
    async accessToken(route) {
      const reference = routed.get(nameOf(route))?.reference ?? null
      if (reference !== null) return secrets.open({ tenantId: route.tenantId, accessToken: reference })
      return servesTenant(config, route) ? undefined : null
    },
  })
  const deps: LiveDeps = {
    tenant: database.tenant,
    accounts,
    clock: systemClock,
    now,
    log,
    // The tick sends the job.
    requestIncremental: (route) => database.tenant(route.tenantId).within((tx) => requestIncremental(tx, route, now())),
  }
  return {
    work: (messages) =>
      receive(messages, {
        ...origins,
        apply(account, events) {
          routed.set(nameOf(account), account)
          return applyLive(account, events, deps)
        },
        follow: (account, lifecycle) => follow(account, lifecycle, { tenant: database.tenant, log }),
        requestIncremental: (account) => deps.requestIncremental(account, 'dead letter'),
        now: Date.now,
        log,
        telemetry,
      }),
    async close() {
      accounts.close()
      origins.close()
      await database.close()
    },
  }
}

const nameOf = ({ tenantId, provider, account }: Pick<Route, 'tenantId' | 'provider' | 'account'>) =>
  `${tenantId} ${provider} ${account}`

/** Whether the configured key of a provider belongs to the tenant. */
export function servesTenant(
  { Stripe, Square, Shopify, PayPal }: Config,
  { provider, tenantId }: Pick<Route, 'provider' | 'tenantId'>,
): boolean {
  const tenants = new Map([
    ['stripe', Stripe.ApiKeyTenant],
    ['square', Square.AccessTokenTenant],
    ['shopify', Shopify.AccessTokenTenant],
    ['paypal', PayPal.ClientTenant],
  ])
  return tenants.get(provider) === tenantId
}
