import { randomUUID } from 'node:crypto'
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs'
import { type Envelope, enclose } from '../../../src/local/envelopes.ts'
import { openEventSource } from '../../../src/local/event-source.ts'
import { liveStripe, newSecret } from '../../../src/local/live-account.ts'
import { openQueue } from '../../../src/local/queue.ts'
import type { createRandom } from '../../support/random.ts'
import { canary } from '../canary.ts'
import { openFaultEnv, type StripeEnv } from '../fault-env.ts'
import { runJob } from '../job.ts'
import { shortLease } from '../short-lease.ts'
import { behindSeconds } from '../worlds/world.ts'

/** Of each four events, one is delivered twice. */
const twice = 0.25
/** The envelopes that a queue gets without a receiver. They take turns. */
const envelopes = ['eventbridge', 'webhook', 'eventgrid', 'sns'] as const satisfies readonly Envelope[]

/** A tenant whose account was copied once, whose events reach a queue of their own, and what applies them. */
export interface LiveEnv {
  readonly env: StripeEnv
  readonly tenantId: string
  /** In `sync_accounts`. */
  readonly account: string
  /** Sends each event from now on in turn in each envelope, some twice and later, to a worker of its own. */
  listen(random: ReturnType<typeof createRandom>): Promise<Listening>
  close(): Promise<void>
}

interface Listening {
  /** Resolves when every event is sent and its message is gone. */
  idle(): Promise<void>
  /** Kills the worker in that batch of events. Its messages come again, to another worker. */
  killAt(batch: number): void
  readonly counts: { events: number; deliveries: number; kills: number }
  end(): Promise<void>
}

export async function openLiveEnv(lane: number, customers: number): Promise<LiveEnv> {
  const tenantId = randomUUID()
  const secret = newSecret()
  const settings = {
    ...shortLease.settings,
    Stripe__ApiKey: canary,
    Stripe__ApiKeyTenant: tenantId,
    Stripe__WebhookSecret: secret,
  }
  const env = await openFaultEnv({ ...shortLease, sandbox: { customers, seed: lane + 1, latencyMs: 5 }, settings })
  // A worker of live events waits until the second of an event is over, so that both clocks must be one.
  env.sandbox.advance(behindSeconds)
  const first = await env.openWorker()
  await runJob(env, first.invoke, { tenantId })
  await first.end()
  const [row] = await env.query<{ account: string }>('select account from sync_accounts where tenant_id = $1', [
    tenantId,
  ])
  if (!row) throw new Error('live: the first job left no account')
  const live = liveStripe(env.sandbox, secret)
  for (const route of live.routes)
    await env.query(`insert into event_routes (provider, route, tenant_id, account) values ('stripe', $1, $2, $3)`, [
      route,
      tenantId,
      row.account,
    ])
  const queue = await openQueue({ name: 'billing-sync-events', visibilityTimeoutSeconds: 30, maxReceiveCount: 100 })
  const open = () =>
    env.openWorker({
      ENTRY: 'events',
      Queue__EventsUrl: queue.url,
      Queue__EventsDeadLetterUrl: queue.deadLetterUrl,
      Queue__Endpoint: queue.endpoint,
    })
  return {
    env,
    tenantId,
    account: row.account,
    async listen(random) {
      const counts = { events: 0, deliveries: 0, kills: 0 }
      const sending = new Set<Promise<unknown>>()
      const forget = live.onEvent((event) => {
        const envelope = envelopes[counts.events++ % envelopes.length] ?? 'webhook'
        const { body, attributes = {} } = enclose(envelope, 'stripe', { event, signed: live.sign(event) })
        const delays = random.chance(twice) ? [0, random.below(4)] : [0]
        for (const delaySeconds of delays) sending.add(queue.send(body, { attributes, delaySeconds }))
      })
      let worker = await open()
      let batches = 0
      let dyingAt = 0
      const { client, url: queueUrl, arn: queueArn, region } = queue
      const source = openEventSource({
        ...{ client, queueUrl, queueArn, region, concurrency: 1, batchSize: 10, waitSeconds: 0.1 },
        async invoke(event, timeoutMs) {
          if (worker.ended()) worker = await open()
          counts.deliveries += event.Records.length
          if (++batches === dyingAt) {
            counts.kills++
            setTimeout(() => worker.signal('SIGKILL'), random.below(30))
          }
          const invocation = await worker.invoke(event, timeoutMs)
          for (const { receiptHandle } of invocation.kind === 'crash' ? event.Records : [])
            await client.send(
              new ChangeMessageVisibilityCommand({
                QueueUrl: queueUrl,
                ReceiptHandle: receiptHandle,
                VisibilityTimeout: 0,
              }),
            )
          return invocation
        },
      })
      return {
        counts,
        killAt: (batch) => {
          dyingAt = batches + batch
        },
        async idle() {
          await Promise.all(sending)
          await source.idle()
        },
        async end() {
          forget()
          await Promise.all(sending)
          await source.close()
          await worker.end()
        },
      }
    },
    async close() {
      await env.close()
      await queue.close()
    },
  }
}
