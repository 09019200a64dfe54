import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs'
import { afterEach, expect, vi } from 'vitest'
import { type Delivered, inProcess, openEventSource } from '../../src/local/event-source.ts'
import type { Exemption } from '../support/faults.ts'
import { createGate } from '../support/gate.ts'
import { type SetupOptions, setup } from '../support/setup.ts'
import type { SqsWorker } from '../support/sqs-worker.ts'

/*
 * The table of outcomes, row by row, through the event source and the queue.
 */

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

export async function openEnv(options: SetupOptions = {}) {
  const parts = await setup({ ...options, sandbox: { customers: 30, ...options.sandbox } })
  const { queue } = parts
  return {
    ...parts,
    send: (body: unknown) => queue.send(typeof body === 'string' ? body : JSON.stringify(body)),
    /** One invocation by the event source, of up to ten messages. */
    deliver: ({ worker = parts.worker, timeoutMs = 900_000 }: { worker?: SqsWorker; timeoutMs?: number } = {}) =>
      new Promise<Delivered>((resolve) => {
        const source = openEventSource({
          client: queue.client,
          queueUrl: queue.url,
          queueArn: queue.arn,
          region: queue.region,
          batchSize: 10,
          waitSeconds: 0.2,
          concurrency: 1,
          timeoutMs,
          invoke: inProcess(worker.handle),
          onInvocation(delivered) {
            void source.close()
            resolve(delivered)
          },
        })
      }),
    /** Makes messages that were returned visible at once, as time would. */
    async timePasses({ event, failed }: Delivered) {
      for (const { messageId, receiptHandle } of event.Records)
        if (failed.includes(messageId))
          await queue.client.send(
            new ChangeMessageVisibilityCommand({
              QueueUrl: queue.url,
              ReceiptHandle: receiptHandle,
              VisibilityTimeout: 0,
            }),
          )
    },
  }
}

export const countsDeadLetters: Exemption = {
  calls: ['queue'],
  because: 'It counts dead letters. A message whose answer is lost is sent there again.',
}

export type Env = Awaited<ReturnType<typeof openEnv>>

export const empty = { visible: 0, inFlight: 0, delayed: 0 }

export const released = { lease_owner: null, lease_until: null }

/** A job that is being worked on, its first request held back until the returned function is called. */
export async function heldJob({ sandbox, handle, query }: Env, request: object) {
  const held = createGate()
  let ended: Promise<unknown> | undefined
  await new Promise<void>((resolve) => {
    // The account answers, so that another job learns that it must wait.
    sandbox.onRequest(({ path }) => {
      if (path === '/v1/account') return
      resolve()
      return held.passed
    })
    ended = handle([JSON.stringify(request)])
  })
  await expect
    .poll(() => query(`select 1 from sync_jobs where status = 'running' and account is not null`))
    .toHaveLength(1)
  return async () => {
    held.open()
    expect(await ended).toEqual({ batchItemFailures: [] })
  }
}

/** A fault that waiting within the delivery does not help, so that the queue waits instead. */
export const down = {
  kind: 'error',
  status: 400,
  path: '/v1/customers',
  error: { code: 'resource_missing', param: 'starting_after' },
} as const
