import { expect, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { eraseAccount } from '../../src/erasure/account.ts'
import { hashOf, holdOffErasure, placeTombstones } from '../../src/erasure/tombstones.ts'
import { liveSetup } from './live-setup.ts'

/* An erasure and live writes, which no lease keeps apart. */

async function withEvent() {
  const live = await liveSetup({ sandbox: { customers: 5, now: Date.UTC(2026, 9, 1) / 1_000, olderEvents: 0 } })
  live.sandbox.advance(10)
  const { id } = live.sandbox.insert('customers', { name: 'Ada' })
  const event = (await live.events()).find(({ data }) => data.object.id === id)
  if (!event) throw new Error('the customer has no event')
  const account = { tenantId: live.tenantId, provider: 'stripe', account: live.route.account }
  const within = live.database.tenant(live.tenantId).within
  const waiting = () =>
    live.query(
      `select 1 from pg_stat_activity where wait_event = 'advisory' and datname = current_database() and pid <> pg_backend_pid()`,
    )
  const placed = () =>
    live.query(`select 1 from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and granted
      and database = (select oid from pg_database where datname = current_database())`)
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const erase = (meanwhile?: Promise<void>) =>
    within(async (tx) => {
      await placeTombstones(tx, account, [hashOf(account, id)])
      await meanwhile
    })
  const stored = () => live.query('select id from customers where id = $1', [id])
  return { ...live, account, event, within, waiting, placed, held, release: () => release(), erase, stored }
}

test('an event waits for an erasure that is placing its tombstones, and then stores nothing of the customer', async () => {
  const { apply, event, waiting, placed, held, release, erase, stored } = await withEvent()
  const erasing = erase(held)
  await expect.poll(placed, { timeout: 120_000 }).toHaveLength(1)
  const applying = apply([event])
  await expect.poll(waiting, { timeout: 120_000 }).toHaveLength(1)
  release()
  await erasing
  expect(await applying).toMatchObject({ committed: [event.id], later: [] })
  expect(await stored()).toEqual([])
})

test('an erasure waits for the live writes that do not know its tombstones', async () => {
  const { within, tenantId, waiting, held, release, erase } = await withEvent()
  const order: string[] = []
  let began = () => {}
  const beginning = new Promise<void>((resolve) => {
    began = resolve
  })
  const writing = within(async (tx) => {
    await holdOffErasure(tx, tenantId)
    began()
    await held
    order.push('live write')
  })
  await beginning
  const erasing = erase().then(() => order.push('erasure'))
  await expect.poll(waiting, { timeout: 120_000 }).toHaveLength(1)
  release()
  await Promise.all([writing, erasing])
  expect(order).toEqual(['live write', 'erasure'])
})

test('an event of an account that was erased writes nothing, though its route is remembered as active', async () => {
  const { apply, event, stored, account, query, route, url } = await withEvent()
  expect(route.state).toBe('active')
  await query(
    `insert into sync_accounts (tenant_id, provider, account) values ($1, 'stripe', $2) on conflict do nothing`,
    [account.tenantId, account.account],
  )
  const owner = await openDatabase(parseConnectionString(`${url}?sslmode=disable`), {
    connections: 1,
    applicationName: 'erase',
  })
  await eraseAccount({ dryRun: false, within: owner.tenant(account.tenantId).within }, account).finally(owner.close)
  expect(await apply([event])).toMatchObject({ committed: [event.id], later: [] })
  expect(await stored()).toEqual([])
})
