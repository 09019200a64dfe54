import type { Config } from '../../src/config/load.ts'
import { eventHandler } from '../../src/queue/lambda.ts'
import { createSqsQueue } from '../../src/queue/sqs-on-demand.ts'
import { openWorker, type Worker, type WorkerDeps } from '../../src/worker.ts'

/** A worker on SQS events, as the Lambda entry makes it. */
export interface SqsWorker extends Worker {
  readonly handle: ReturnType<typeof eventHandler>
}

export async function openSqsWorker(config: Config, deps: Omit<WorkerDeps, 'queue'>): Promise<SqsWorker> {
  const worker = await openWorker(config, { queue: createSqsQueue(config.Queue), ...deps })
  return { ...worker, handle: eventHandler(worker) }
}
