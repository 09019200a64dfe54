import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { systemClock } from './clock.ts'
import type { Config } from './config/load.ts'
import { openDatabase } from './db/open.ts'
import type { Log } from './log/log.ts'
import { createProviders, type ProviderSettings } from './providers/index.ts'
import { createQueue } from './queue/queue.ts'
import { receive } from './queue/receive.ts'
import { createSecrets } from './secrets/secrets.ts'

/** The worker with its own database connections and its own queue client, for as long as its process lives. */
export interface Worker {
  handle(event: SQSEvent, context: Context): Promise<SQSBatchResponse>
  close(): Promise<void>
}

interface WorkerDeps {
  readonly log: Log
  /** Names this process in leases and in pg_stat_activity. */
  readonly name: string
  /** Aborted when the process is asked to stop: jobs are paused. */
  readonly shutdown?: AbortSignal
}

/** Builds everything a job needs from the configuration. @throws SyncError where there is no database */
export async function openWorker(config: Config, { log, name, shutdown }: WorkerDeps): Promise<Worker> {
  const { Worker: settings, Queue: queue, Secrets: secrets } = config
  // One connection a job, and one more for the leases of all.
  const database = await openDatabase(config.database, {
    connections: settings.Concurrency + 1,
    applicationName: name,
    announce: settings.Announce,
  })
  const deps = {
    tenant: database.tenant,
    clock: systemClock,
    log,
    owner: name,
    queue: createQueue({
      url: queue.Url,
      deadLetterUrl: queue.DeadLetterUrl,
      endpoint: queue.Endpoint,
      region: queue.Region,
    }),
    provider: createProviders(providerSettings(config)),
    secrets: createSecrets({ prefix: secrets.Prefix, endpoint: secrets.Endpoint, region: secrets.Region }, systemClock),
    settings: {
      maxRetries: settings.MaxRetries,
      retryDelaySeconds: settings.RetryDelaySeconds,
      batchSize: settings.BatchSize,
      timeoutMs: settings.TimeoutMinutes === 0 ? Number.POSITIVE_INFINITY : settings.TimeoutMinutes * 60_000,
      leaseSeconds: settings.LeaseSeconds,
    },
    concurrency: settings.Concurrency,
    ...(shutdown ? { shutdown } : {}),
  }
  return {
    handle: (event, context) => receive(event, context, deps),
    close: () => database.close(),
  }
}

/** The part of the configuration that the providers need. */
export function providerSettings({ Stripe: stripe }: Config): ProviderSettings {
  return {
    stripe: {
      apiKey: stripe.ApiKey,
      apiKeyTenant: stripe.ApiKeyTenant,
      apiBase: stripe.ApiBase,
      perSecond: stripe.RequestsPerSecond,
      endpointPerSecond: stripe.EndpointRequestsPerSecond,
    },
  }
}
