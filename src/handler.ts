import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { loadConfig } from './config/load.ts'
import { createLambdaLog } from './log/lambda.ts'
import { failed, messagesOf } from './queue/receive.ts'
import { openWorker, type Worker } from './worker.ts'

/** Built by the first invocation of a container and kept; a failed start is tried again by the next. */
let starting: Promise<Worker> | undefined
let shutdown: AbortSignal | undefined
/** Events being worked on. */
let atWork = 0

/**
 * The Lambda entry: an SQS event in, the messages to redeliver out. Two arguments, since the Node 24 runtime refuses a
 * third. Never throws: a worker that cannot start returns every message.
 */
export async function handler(given: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const event = { Records: messagesOf(given) }
  atWork++
  try {
    starting ??= start()
    const worker = await starting
    return await worker.handle(event, context)
  } catch (error) {
    starting = undefined
    createLambdaLog('error').error(
      'the worker could not start; every message is redelivered',
      { event: 'worker_not_started' },
      error,
    )
    return failed(event.Records)
  } finally {
    atWork--
  }
}

async function start(): Promise<Worker> {
  const config = loadConfig()
  return openWorker(config, {
    log: createLambdaLog(config.Log.Level),
    name: `billing-sync ${randomUUID().slice(0, 8)}`,
    shutdown: watchForTheEnd(),
  })
}

/** Aborted by the first SIGTERM: jobs at work are paused. A process with nothing to do ends, as it would by itself. */
function watchForTheEnd(): AbortSignal {
  if (shutdown) return shutdown
  const ending = new AbortController()
  // Each job at work listens to it.
  setMaxListeners(0, ending.signal)
  process.once('SIGTERM', () => {
    ending.abort()
    if (atWork === 0) process.exit()
  })
  shutdown = ending.signal
  return shutdown
}
