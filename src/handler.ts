import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { environmentVariable, openConfig } from './config/load.ts'
import { createLambdaLog } from './log/lambda.ts'
import { batchResponse, deliverBatch, recordsOf } from './queue/lambda.ts'
import { createSqsQueue } from './queue/sqs-on-demand.ts'
import { openSettings } from './secrets/open-settings.ts'
import { createEmfMeters } from './telemetry/emf.ts'
import { openSpans } from './telemetry/open-spans.ts'
import type { StartSpan } from './telemetry/span.ts'
import { createTelemetry, type Telemetry } from './telemetry/telemetry.ts'
import { openWorker, type Worker } from './worker.ts'

/** The first invocation of a process starts the worker, and later ones use it. A failed start is tried again. */
let starting: Promise<Worker> | undefined
let shutdown: AbortSignal | undefined
let eventsInProgress = 0

/**
 * The Lambda entry: an SQS event in, the messages to redeliver out. It has two arguments, because the Node 24 runtime
 * refuses a third. A worker that cannot start has every message redelivered.
 * @throws Error if the event is not from SQS: the invocation fails
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const records = recordsOf(event)
  eventsInProgress++
  try {
    starting ??= start()
    return await deliverBatch(records, context, await starting)
  } catch (error) {
    starting = undefined
    // The configuration may be what is wrong, so the namespace comes from the environment, as in infra/environment.yml.
    openTelemetry(environmentVariable('Telemetry__Namespace')).notStarted()
    createLambdaLog('error').error(
      'the worker could not start; every message is redelivered',
      { event: 'worker_not_started' },
      error,
    )
    return batchResponse(records)
  } finally {
    eventsInProgress--
  }
}

async function start(): Promise<Worker> {
  const config = await openConfig(openSettings)
  return openWorker(config, {
    log: createLambdaLog(config.Log.Level),
    queue: createSqsQueue(config.Queue),
    name: `billing-sync ${randomUUID().slice(0, 8)}`,
    shutdown: watchShutdown(),
    telemetry: openTelemetry(config.Telemetry.Namespace, await openSpans()),
  })
}

/** Metrics go into the log of the function, from which CloudWatch takes them. */
function openTelemetry(namespace = 'billing-sync', startSpan?: StartSpan): Telemetry {
  const write = (line: string) => void process.stdout.write(`${line}\n`)
  const meters = createEmfMeters({ namespace, write, now: Date.now })
  return createTelemetry({ meters, system: 'aws_sqs', ...(startSpan && { startSpan }), now: Date.now })
}

/** Aborted by the first SIGTERM, which pauses the jobs in progress. A process without any ends, as Node would end it. */
function watchShutdown(): AbortSignal {
  if (shutdown) return shutdown
  const controller = new AbortController()
  // Each job in progress listens to the signal.
  setMaxListeners(0, controller.signal)
  process.once('SIGTERM', () => {
    controller.abort()
    if (eventsInProgress === 0) process.exit()
  })
  shutdown = controller.signal
  return shutdown
}
