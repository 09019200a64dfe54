import { randomUUID } from 'node:crypto'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { readConfig } from '../../../src/config/load.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { openExchange } from '../../../src/http/exchange.ts'
import { silentLog } from '../../../src/log/log.ts'
import { kit } from '../../../src/providers/custom/kit.ts'
import { loadCustom } from '../../../src/providers/custom/load.ts'
import { createProviders } from '../../../src/providers/index.ts'
import { deliver } from '../../../src/queue/deliver.ts'
import { eventHandler } from '../../../src/queue/lambda.ts'
import { createSqsQueue } from '../../../src/queue/sqs-on-demand.ts'
import { createSecrets } from '../../../src/secrets/secrets.ts'
import { providerSettings } from '../../../src/worker.ts'
import type { Environment } from '../worker.ts'

interface Haste {
  /** How much faster its time runs. Default 120: three minutes of patience are over in a second and a half. */
  readonly times?: number
  /** How long it waits for an answer, in time that does not run faster. */
  readonly timeoutMs?: number
}

const fastClock = (times: number): Clock => ({
  now: () => systemClock.now() * times,
  random: systemClock.random,
  sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
})

/** The worker in this process, put together as it puts itself together, with a clock that runs fast. It must be closed. */
export async function openFastWorker(environment: Environment, { times = 120, timeoutMs = 500 }: Haste = {}) {
  const clock = fastClock(times)
  const config = readConfig({ environment, file: undefined })
  const database = await openDatabase(config.database, { connections: 2, applicationName: 'fast' })
  const { stripe, square, paypal, shopify, custom, ...others } = providerSettings(config)
  // Its rates are of its own time.
  const pace = { perSecond: 100, timeoutMs }
  const openHastyExchange: typeof openExchange = (given) => openExchange({ ...given, timeoutMs })
  const { Worker: settings } = config
  const deps = {
    tenant: database.tenant,
    clock,
    log: silentLog,
    owner: 'fast',
    queue: createSqsQueue(config.Queue),
    provider: createProviders(
      {
        ...others,
        stripe: { ...stripe, ...pace, endpointPerSecond: 25 },
        square: { ...square, ...pace },
        paypal: { ...paypal, ...pace },
        shopify: { ...shopify, ...pace },
      },
      custom ? await loadCustom(custom, { ...kit, http: { ...kit.http, openExchange: openHastyExchange } }) : [],
    ),
    settings: {
      maxRetries: 3,
      retryDelaySeconds: 0,
      batchSize: settings.BatchSize,
      timeoutMs: Number.POSITIVE_INFINITY,
      outageMs: Number.POSITIVE_INFINITY,
      leaseSeconds: 600,
    },
    secrets: createSecrets({ prefix: '', endpoint: undefined, region: undefined }, clock),
  }
  const context = { getRemainingTimeInMillis: () => 900_000 } as Context
  const handler = eventHandler({
    deliver: (message, remainingMs) => deliver(message, { remainingMs }, deps),
    concurrency: 1,
    log: silentLog,
  })
  return {
    handle(body: string): Promise<SQSBatchResponse> {
      const message = { messageId: randomUUID(), receiptHandle: 'none', body, attributes: {} }
      return handler({ Records: [message] } as never as SQSEvent, context)
    },
    close: () => database.close(),
  }
}
