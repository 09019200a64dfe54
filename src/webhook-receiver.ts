import type { Config } from './config/load.ts'
import { openDatabase } from './db/open.ts'
import { openEventOrigins } from './event-origins.ts'
import type { Certificates } from './live/certificates.ts'
import { receiveWebhook, type WebhookAnswer, type WebhookRequest } from './live/webhook.ts'
import type { Log } from './log/log.ts'
import type { Queue } from './queue/queue.ts'
import type { LiveTelemetry } from './telemetry/live.ts'

/** Receives webhooks of any server, with its own database connections, for as long as its process lives. */
export interface WebhookReceiver {
  /** Never rejects. */
  receive(request: WebhookRequest): Promise<WebhookAnswer>
  close(): Promise<void>
}

interface ReceiverDeps {
  readonly log: Log
  /** The events queue. */
  readonly queue: Pick<Queue, 'send'>
  readonly telemetry?: LiveTelemetry
  /** Names this process in pg_stat_activity. */
  readonly name: string
  /** Of a stand-in. Absent: those of PayPal's hosts. */
  readonly certificates?: Certificates | undefined
}

/** The database tells only whose a webhook is, so two connections are enough. @throws SyncError if it cannot be opened */
export async function openWebhookReceiver(
  config: Config,
  { name, certificates, ...deps }: ReceiverDeps,
): Promise<WebhookReceiver> {
  const database = await openDatabase(config.database, { connections: 2, applicationName: name })
  const origins = openEventOrigins(config, database, certificates)
  return {
    receive: (request) => receiveWebhook(request, { ...origins, ...deps, now: Date.now }),
    async close() {
      origins.close()
      await database.close()
    },
  }
}
