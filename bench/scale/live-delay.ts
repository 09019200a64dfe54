import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { bundleDeployed } from '../../scripts/build.ts'
import { percentile } from '../../src/cli/live/latencies.ts'
import { openEventSource } from '../../src/local/event-source.ts'
import { openQueue } from '../../src/local/queue.ts'
import { apiVersion } from '../../src/providers/stripe/connection.ts'
import { eventText } from '../../src/sandbox/server/announcements.ts'
import { openSandbox } from '../../src/sandbox/stripe/index.ts'
import { openLambda } from '../../test/lambda/lambda.ts'
import { eventBridge } from '../../test/live/sample-events.ts'
import { openScaleEnv } from './scale-env.ts'

/*
 * How long a live event takes from its sending to its row, as it is deployed: the bundle of the events function behind
 * Lambda's runtime client, and an events queue by SQS's protocol. Once in batches of 10 without a window, once in batches of
 * 100 with a window of one second; and each with two events of a customer in the same second, one time in fifty. An event
 * counts as committed when its invocation has ended, so that each figure is at most too high.
 *   node --import tsx bench/scale/live-delay.ts [--events 2000] [--rate 20] [--lanes 2]
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '2000' },
    /** Events a second. */
    rate: { type: 'string', default: '20' },
    /** Environments of the function, each with one batch at a time. */
    lanes: { type: 'string', default: '2' },
  },
})
const [events, rate, lanes] = [Number(values.events), Number(values.rate), Number(values.lanes)]
const customers = 1_000
const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const root = mkdtempSync(join(tmpdir(), 'billing-sync-live-delay-'))
const env = await openScaleEnv()
const sandbox = await openSandbox({ customers, limits: 'none' })
const listed = sandbox.expected('customers')
try {
  await bundleDeployed(root)
  await env.query(`insert into sync_accounts (tenant_id, provider, account) values ($1, 'stripe', 'acct_sandbox')`, [
    tenantId,
  ])
  await env.query(
    `insert into event_routes (provider, route, tenant_id, account) values ('stripe', 'ed_61Test live', $1, 'acct_sandbox')`,
    [tenantId],
  )
  console.log('| batch, window | same second | p50 | p99 | longest | invocations | came again |')
  console.log('| --- | --: | --: | --: | --: | --: | --: |')
  for (const [batchSize, windowSeconds] of [
    [10, 0],
    [100, 1],
  ] as const)
    for (const pairEvery of [Number.POSITIVE_INFINITY, 50])
      console.log(await measure({ batchSize, windowSeconds, pairEvery }))
} finally {
  await sandbox.close()
  await env.close()
  rmSync(root, { recursive: true, force: true })
}

interface Case {
  readonly batchSize: number
  readonly windowSeconds: number
  /** Each event of this number is of the same customer as the one before it, and of the same second. */
  readonly pairEvery: number
}

async function measure({ batchSize, windowSeconds, pairEvery }: Case): Promise<string> {
  const queue = await openQueue({ maxReceiveCount: 150 })
  const functions = await Promise.all(
    Array.from({ length: lanes }, () =>
      openLambda({
        root,
        handler: 'events.handler',
        env: {
          ConnectionStrings__DefaultConnection: `${env.url}?sslmode=disable`,
          Queue__EventsUrl: queue.url,
          Queue__EventsDeadLetterUrl: queue.deadLetterUrl,
          Queue__Endpoint: queue.endpoint,
          Queue__Region: queue.region,
          Stripe__ApiKey: 'sk_live_sandbox',
          Stripe__ApiKeyTenant: tenantId,
          Stripe__ApiBase: sandbox.url,
          AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        },
      }),
    ),
  )
  const sentAt = new Map<string, number>()
  const delays: number[] = []
  let invocations = 0
  let cameAgain = 0
  const sources = functions.map(({ invoke }) =>
    openEventSource({
      client: queue.client,
      queueUrl: queue.url,
      queueArn: queue.arn,
      region: queue.region,
      invoke,
      batchSize,
      batchWindowMs: windowSeconds * 1_000,
      concurrency: 1,
      timeoutMs: 60_000,
      onInvocation({ event, failed }) {
        invocations++
        cameAgain += failed.length
        const now = performance.now()
        for (const { messageId } of event.Records)
          if (!failed.includes(messageId)) delays.push(now - (sentAt.get(messageId) ?? Number.NaN))
      },
    }),
  )
  const begin = performance.now()
  let before = 0
  for (let at = 0; at < events; at++) {
    await setTimeout(begin + (at * 1_000) / rate - performance.now())
    const isPair = at % pairEvery === pairEvery - 1
    const created = isPair ? before : Math.floor(Date.now() / 1_000)
    before = created
    const started = performance.now()
    const event = changed(listed[(isPair ? at - 1 : at) % customers], { created, name: `event ${at}` })
    sentAt.set(await queue.send(eventText(eventBridge(event))), started)
  }
  while (delays.length < events) await setTimeout(50)
  await Promise.all(sources.map((source) => source.close()))
  await Promise.all(functions.map((lambda) => lambda.close()))
  await queue.close()
  const sorted = delays.toSorted((left, right) => left - right)
  const seconds = (share: number) => `${((percentile(sorted, share) ?? Number.NaN) / 1_000).toFixed(2)} s`
  const sameSecond = Number.isFinite(pairEvery) ? `1 in ${pairEvery}` : 'none'
  return `| ${batchSize}, ${windowSeconds} s | ${sameSecond} | ${seconds(0.5)} | ${seconds(0.99)} | ${seconds(1)} | ${invocations} | ${cameAgain} |`
}

function changed(customer: object | undefined, { created, name }: { created: number; name: string }) {
  return {
    id: `evt_${randomUUID()}`,
    object: 'event',
    type: 'customer.updated',
    api_version: apiVersion,
    created,
    livemode: true,
    data: { object: { ...customer, name } },
  }
}
