import { systemClock } from './clock.ts'
import type { Config } from './config/load.ts'
import { openDatabase } from './db/open.ts'
import type { Log } from './log/log.ts'
import { resourceOrder } from './provider/resource-order.ts'
import { openProviders, type ProviderSettings } from './providers/index.ts'
import { type DeliveryDeps, deliver } from './queue/deliver.ts'
import type { Message } from './queue/message.ts'
import type { Ack, Queue } from './queue/queue.ts'
import { createSecrets } from './secrets/secrets.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** Works on messages of any transport, with its own database connections, for as long as its process lives. */
export interface Worker {
  /** Works on the job of a message for as long as `remainingMs` allows. Never rejects. */
  deliver(message: Message, remainingMs: number): Promise<Ack>
  /** The names of a provider's resources in its order; none if the worker does not have the provider. */
  resources(provider: string): Promise<readonly string[]>
  /** Messages that it can work on at once. */
  readonly concurrency: number
  readonly log: Log
  close(): Promise<void>
}

export interface WorkerDeps {
  readonly log: Log
  /** Sends, keeps and gives back the messages of this process. */
  readonly queue: Queue
  /** Names this process in leases and in pg_stat_activity. */
  readonly name: string
  /** Aborted when the process is asked to stop. Its jobs pause then. */
  readonly shutdown?: AbortSignal
  /** Absent: nothing is measured, as for a command of a person. */
  readonly telemetry?: Telemetry
}

/** Builds everything that a job needs from the configuration. @throws SyncError if the database cannot be opened */
export async function openWorker(
  config: Config,
  { log, queue, name, shutdown, telemetry }: WorkerDeps,
): Promise<Worker> {
  const { Worker: settings, Secrets: secrets } = config
  for (const warning of config.warnings) log.warn(warning, { event: 'setting_unknown' })
  const provider = await openProviders(providerSettings(config))
  // A connection for each job, and one more for the leases of all jobs.
  const database = await openDatabase(config.database, {
    connections: settings.Concurrency + 1,
    applicationName: name,
    announce: settings.Announce,
  })
  const deps: DeliveryDeps = {
    tenant: database.tenant,
    clock: systemClock,
    log,
    owner: name,
    queue,
    telemetry,
    provider,
    providerNames: provider.all,
    secrets: createSecrets({ prefix: secrets.Prefix, endpoint: secrets.Endpoint, region: secrets.Region }, systemClock),
    settings: {
      maxRetries: settings.MaxRetries,
      retryDelaySeconds: settings.RetryDelaySeconds,
      batchSize: settings.BatchSize,
      timeoutMs: settings.TimeoutMinutes === 0 ? Number.POSITIVE_INFINITY : settings.TimeoutMinutes * 60_000,
      outageMs: settings.OutageMinutes * 60_000,
      leaseSeconds: settings.LeaseSeconds,
    },
  }
  const stopping = shutdown ? { shutdown } : {}
  return {
    deliver: (message, remainingMs) => deliver(message, { remainingMs, ...stopping }, deps),
    // A job is shown whatever has become of its provider.
    resources: (name) => provider(name).then(resourceOrder, () => []),
    concurrency: settings.Concurrency,
    log,
    close: () => database.close(),
  }
}

/** The part of the configuration that the providers need. */
export function providerSettings(config: Config): ProviderSettings {
  const { Stripe: stripe, Square: square, Shopify: shopify, PayPal: paypal, Providers: custom } = config
  return {
    stripe: {
      apiKey: stripe.ApiKey,
      apiKeyTenant: stripe.ApiKeyTenant,
      apiBase: stripe.ApiBase,
      perSecond: stripe.RequestsPerSecond,
      endpointPerSecond: stripe.EndpointRequestsPerSecond,
    },
    square: {
      accessToken: square.AccessToken,
      accessTokenTenant: square.AccessTokenTenant,
      environment: square.Environment,
      apiBase: square.ApiBase,
      perSecond: square.RequestsPerSecond,
    },
    shopify: {
      accessToken: shopify.AccessToken,
      accessTokenTenant: shopify.AccessTokenTenant,
      shop: shopify.Shop,
      apiBase: shopify.ApiBase,
      perSecond: shopify.RequestsPerSecond,
    },
    paypal: {
      clientId: paypal.ClientId,
      clientSecret: paypal.ClientSecret,
      clientTenant: paypal.ClientTenant,
      environment: paypal.Environment,
      apiBase: paypal.ApiBase,
      perSecond: paypal.RequestsPerSecond,
    },
    custom: { manifests: custom.Manifests, modules: custom.Modules },
  }
}
