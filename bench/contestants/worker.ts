import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { apiKey, type Open, type Task } from './contestant.ts'
import { context, sqsEvent } from './sqs-event.ts'

/** One tenant for all runs: a second process finds what the first has written. */
export const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'

/** The worker's bundle, given SQS events as Lambda gives them. */
export const open: Open = async (task) => {
  Object.assign(process.env, workerEnvironment(task))
  const { handler } = createRequire(import.meta.url)(task.bundle)
  return {
    async sync() {
      const additionalData = task.resources ? { resources: task.resources } : {}
      const body = JSON.stringify({
        jobId: randomUUID(),
        tenantId,
        providerName: 'stripe',
        accessToken: apiKey,
        additionalData,
      })
      const { batchItemFailures } = await handler(sqsEvent(body), context())
      if (batchItemFailures.length > 0) throw new Error('worker: the message was not acknowledged')
    },
    async close() {},
  }
}

/** The worker's settings as its environment. */
export function workerEnvironment({
  databaseUrl,
  stripeUrl,
  perSecond,
  endpointPerSecond,
}: Pick<Task, 'databaseUrl' | 'stripeUrl' | 'perSecond' | 'endpointPerSecond'>): Record<string, string> {
  return {
    ConnectionStrings__DefaultConnection: databaseUrl,
    Stripe__ApiKey: apiKey,
    Stripe__ApiBase: stripeUrl,
    Stripe__RequestsPerSecond: String(perSecond),
    Stripe__EndpointRequestsPerSecond: String(endpointPerSecond),
  }
}
