import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import { consumeEvents } from '../../src/live/consume.ts'
import { putIntoEnvelope } from '../../src/live/received.ts'
import { openLiveWorker } from '../../src/live-worker.ts'
import { silentLog } from '../../src/log/log.ts'
import { openEnd, type QueueFixture } from '../contracts/queue-fixture.ts'
import { setup } from '../support/setup.ts'

/** Events that the receiver has queued, and two events of one second at the end: their messages are given back for it. */
const renamed = 30

/** Registers the test of live events on a transport. */
export function exerciseTransport(name: string, open: () => Promise<QueueFixture>): void {
  test(`events on ${name} are each applied once, by two consumers of one queue, and no message is left`, async () => {
    const { environment, query, sandbox } = await setup({ sandbox: { customers: renamed, olderEvents: 0 } })
    const tenant = randomUUID()
    await query(`insert into sync_accounts (tenant_id, provider, account) values ($1, 'stripe', 'acct_sandbox')`, [
      tenant,
    ])
    await query(
      `insert into event_routes (provider, route, tenant_id, account) values ('stripe', 'stripe/sandbox live', $1, 'acct_sandbox')`,
      [tenant],
    )
    const fixture = await open()
    const config = readConfig({ environment: { ...environment, Stripe__ApiKeyTenant: tenant }, file: undefined })
    const shutdown = new AbortController()
    const consumers = await Promise.all(
      [1, 2].map(async (n) => {
        const intake = await openEnd(fixture, { lockSeconds: 60, maxReceives: 40 })
        const worker = await openLiveWorker(config, { log: silentLog, name: `test live ${n}` })
        const consuming = consumeEvents(
          { intake, work: worker.work, withRetry: (call) => call(), most: 100, lockSeconds: 60, log: silentLog },
          shutdown.signal,
        )
        return { intake, worker, consuming }
      }),
    )
    onTestFinished(async () => {
      shutdown.abort()
      for (const { intake, worker, consuming } of consumers) {
        await consuming
        await intake.close()
        await worker.close()
      }
      await fixture.close()
    })
    const sender = await openEnd(fixture)
    onTestFinished(() => sender.close())
    const bodies: string[] = []
    sandbox.onEvent(({ body }) => void bodies.push(body))
    const ids = sandbox.expected('customers').map(({ id }) => id)
    for (const [at, id] of ids.entries()) sandbox.update('customers', id, { name: `Name ${at}` })
    for (const text of ['one', 'two']) sandbox.update('customers', ids[0] ?? '', { name: `Tied ${text}` })
    for (const body of bodies)
      await sender.send(putIntoEnvelope({ provider: 'stripe', from: 'sandbox', headers: {}, body }), 0, tenant)
    const counts = () =>
      query(`select sum(received)::int as received from sync_event_counts where tenant_id = $1`, [tenant])
    await vi.waitFor(async () => expect(await counts()).toEqual([{ received: renamed + 2 }]), { timeout: 120_000 })
    await vi.waitFor(
      async () => {
        const { waiting, inFlight, delayed, dead } = await sender.depth()
        expect({ waiting, inFlight: inFlight ?? 0, delayed: delayed ?? 0, dead: dead ?? 0 }).toEqual({
          waiting: 0,
          inFlight: 0,
          delayed: 0,
          dead: 0,
        })
      },
      { timeout: 120_000 },
    )
    const rows = await query<{ id: string; name: string }>('select id, name from customers where tenant_id = $1', [
      tenant,
    ])
    const expected = sandbox.expected('customers').map(({ id, name: named }) => [id, named])
    expect(rows.map(({ id, name: named }) => [id, named]).toSorted()).toEqual(expected.toSorted())
    expect(await counts()).toEqual([{ received: renamed + 2 }])
  }, 900_000)
}
