import type { Config } from '../../src/config/load.ts'
import type { LocalQueue } from '../../src/local/queue.ts'
import { eventHandler } from '../../src/queue/lambda.ts'
import { createSqsQueue } from '../../src/queue/sqs-on-demand.ts'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'
import { openWorker, type Worker, type WorkerDeps } from '../../src/worker.ts'

/** A worker on SQS events, as the Lambda entry makes it. */
export interface SqsWorker extends Worker {
  readonly handle: ReturnType<typeof eventHandler>
}

export async function openSqsWorker(config: Config, deps: Omit<WorkerDeps, 'queue'>): Promise<SqsWorker> {
  const worker = await openWorker(config, { queue: createSqsQueue(config.Queue), ...deps })
  return { ...worker, handle: eventHandler(worker) }
}

interface Parts {
  /** Of the login that the worker uses, without parameters. */
  readonly url: string
  readonly sandbox: Pick<Sandbox, 'url'>
  readonly queue: LocalQueue
}

/** The settings of a worker that works with these parts: nothing limits it, and it tries again at once. */
export const workerEnvironment = ({ url, sandbox, queue }: Parts): Record<string, string> => ({
  ConnectionStrings__DefaultConnection: `${url}?sslmode=disable`,
  Stripe__ApiBase: sandbox.url,
  Stripe__RequestsPerSecond: '1000',
  Stripe__EndpointRequestsPerSecond: '1000',
  Worker__RetryDelaySeconds: '0',
  Queue__Url: queue.url,
  Queue__DeadLetterUrl: queue.deadLetterUrl,
  Queue__Endpoint: queue.endpoint,
  Queue__Region: queue.region,
})
