import type { LocalQueue } from '../../src/local/queue.ts'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'

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
