import { randomUUID } from 'node:crypto'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { type Config, environmentVariable, openConfig } from './config/load.ts'
import { settle } from './live/settlement.ts'
import { type LiveWorker, openLiveWorker } from './live-worker.ts'
import { createLambdaLog } from './log/lambda.ts'
import type { Log } from './log/log.ts'
import { batchResponse, recordsOf, toMessage } from './queue/lambda.ts'
import type { Queue } from './queue/queue.ts'
import { createSqsQueue } from './queue/sqs-on-demand.ts'
import { openSettings } from './secrets/open-settings.ts'
import { createEmfMeters } from './telemetry/emf.ts'
import { createLiveTelemetry, type LiveTelemetry } from './telemetry/live.ts'

interface Opened {
  readonly worker: LiveWorker
  readonly queue: Queue
  readonly log: Log
  /** The name of the events queue. */
  readonly name: string
}

/** The first invocation of a process opens what events need. A failed start is tried again. */
let opening: Promise<Opened> | undefined

/**
 * The Lambda entry of live events: a batch of the events queue in, the messages to redeliver out. A message is an event because
 * of its queue, so an invocation with messages of another queue fails. @throws Error if the event is not from the events queue
 */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const records = recordsOf(event)
  let opened: Opened
  try {
    opening ??= open()
    opened = await opening
  } catch (error) {
    opening = undefined
    // The configuration may be what is wrong, so the namespace comes from the environment, as in infra/environment.yml.
    openTelemetry(environmentVariable('Telemetry__Namespace')).cannotWork('worker_not_started')
    createLambdaLog('error').error(
      'the worker could not start; every event is redelivered',
      { event: 'worker_not_started' },
      error,
    )
    return batchResponse(records)
  }
  const { worker, queue, log, name } = opened
  const messages = records.map((record) => ({ record, message: toMessage(record) }))
  const foreign = messages.find(({ message }) => message && message.queue !== name)
  if (foreign)
    throw new Error(
      `events: the message is of the queue "${foreign.message?.queue}", and Queue.EventsUrl names "${name}". Give this function the events queue.`,
    )
  const settlements = await worker.work(messages.flatMap(({ message }) => message ?? []))
  const acks = messages.map(async ({ record, message }) => {
    const settlement = message && settlements.get(message)
    const ack = settlement ? await settle(message, settlement, { queue, log }) : 'redeliver'
    return ack === 'redeliver' ? [record] : []
  })
  return batchResponse((await Promise.all(acks)).flat())
}

async function open(): Promise<Opened> {
  const config: Config = await openConfig(openSettings)
  const { EventsUrl: Url, EventsDeadLetterUrl: DeadLetterUrl, Endpoint, Region } = config.Queue
  if (Url === undefined)
    throw new Error('events: Queue.EventsUrl is not configured. Set the environment variable Queue__EventsUrl.')
  const log = createLambdaLog(config.Log.Level)
  return {
    worker: await openLiveWorker(config, {
      log,
      telemetry: openTelemetry(config.Telemetry.Namespace),
      name: `billing-sync events ${randomUUID().slice(0, 8)}`,
    }),
    queue: createSqsQueue({ Url, DeadLetterUrl, Endpoint, Region }),
    log,
    name: new URL(Url).pathname.split('/').at(-1) ?? '',
  }
}

/** Metrics go into the log of the function, from which CloudWatch takes them. */
function openTelemetry(namespace = 'billing-sync'): LiveTelemetry {
  const write = (line: string) => void process.stdout.write(`${line}\n`)
  return createLiveTelemetry(createEmfMeters({ namespace, write, now: Date.now }))
}
