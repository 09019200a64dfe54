import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import { consumeEvents } from '../../src/live/consume.ts'
import { openLiveWorker } from '../../src/live-worker.ts'
import { openQueue } from '../../src/local/queue.ts'
import { silentLog } from '../../src/log/log.ts'
import { apiVersion } from '../../src/providers/stripe/connection.ts'
import { openIntake } from '../../src/queue/open-intake.ts'
import { setup } from '../support/setup.ts'
import { eventBridge } from './sample-events.ts'

/** A worker of live events that consumes a queue of its own, for the account of a sandbox. */
async function openLive() {
  const parts = await setup({ sandbox: { customers: 5 } })
  const queue = await openQueue({ maxReceiveCount: 40 })
  const config = readConfig({ environment: parts.environment, file: undefined })
  const worker = await openLiveWorker(config, { log: silentLog, name: 'test live' })
  const lockSeconds = 30
  const options = { maxReceives: 40, lockSeconds }
  const { url, deadLetterUrl, endpoint, region } = queue
  const intake = await openIntake({ url, deadLetterUrl, endpoint, region, ...options })
  const shutdown = new AbortController()
  const withRetry = <Answer>(call: () => Promise<Answer>) => call()
  const consuming = consumeEvents(
    { intake, work: worker.work, withRetry, most: 100, lockSeconds, log: silentLog },
    shutdown.signal,
  )
  onTestFinished(async () => {
    shutdown.abort()
    await consuming
    await Promise.all([intake.close(), worker.close()])
    await queue.close()
  })
  const tenantId = randomUUID()
  await parts.query(`insert into sync_accounts (tenant_id, provider, account) values ($1, 'stripe', 'acct_sandbox')`, [
    tenantId,
  ])
  await parts.query(
    `insert into event_routes (provider, route, tenant_id, account) values ('stripe', 'ed_61Test live', $1, 'acct_sandbox')`,
    [tenantId],
  )
  const [customer] = parts.sandbox.expected('customers')
  if (!customer) throw new Error('the sandbox has no customer')
  return {
    ...parts,
    queue,
    tenantId,
    customer,
    send: (body: object) => queue.send(JSON.stringify(body)),
  }
}

test('an event of EventBridge changes its row, and its message is gone', async () => {
  const { query, queue, tenantId, customer, send } = await openLive()
  const event = (name: string, created: number) => ({
    id: `evt_${created}`,
    object: 'event',
    type: 'customer.updated',
    api_version: apiVersion,
    created,
    livemode: true,
    data: { object: { ...customer, name } },
  })
  const now = Math.floor(Date.now() / 1_000)
  await send(eventBridge(event('Newer', now - 5)))
  await send(eventBridge(event('Older', now - 9)))
  const names = () => query(`select name from customers where tenant_id = $1 and id = $2`, [tenantId, customer.id])
  await vi.waitFor(async () => expect(await names()).toEqual([{ name: 'Newer' }]), { timeout: 120_000 })
  await vi.waitFor(async () => expect(await queue.counts()).toMatchObject({ visible: 0, inFlight: 0 }), {
    timeout: 120_000,
  })
  expect(await names()).toEqual([{ name: 'Newer' }])
})
