import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { couponOptions, customers, invoices } from '../../src/db/schema.ts'
import { SyncError } from '../../src/errors.ts'
import { decideAdoption, hasMostOf } from '../../src/job/adoption.ts'
import { Item } from '../../src/json/item.ts'
import type { Source } from '../../src/sync/source.ts'
import { openTestDatabase } from '../support/database.ts'

const tables = { customers, invoices, coupon_options: couponOptions }
const never = new AbortController().signal

/** Stored rows, by table and id: those whose ids begin with `gone` are not at the provider, `test` rows are in test mode. */
async function open(rows: Partial<Record<keyof typeof tables, readonly string[]>>, refused: readonly string[] = []) {
  const { tenant, query } = await openTestDatabase()
  const tenantId = randomUUID()
  for (const [table, ids] of Object.entries(rows))
    for (const id of ids)
      await query(
        `insert into ${table} (tenant_id, provider, account, id, raw, observed_at) values ($1, 'stripe', 'unknown', $2, $3, now())`,
        [tenantId, id, JSON.stringify({ ...(id.startsWith('test') && { livemode: false }) })],
      )
  await query(`update customers set livemode = (raw ->> 'livemode')::boolean`)
  const asked: string[] = []
  const sources = Object.keys(rows).map((name) => ({
    ...{ kind: 'list', name, table: tables[name as keyof typeof tables] },
    async retrieve(id: string) {
      asked.push(id)
      if (refused.includes(name)) throw new SyncError('reject', 'permission_denied', 'x: no', { scope: 'resource' })
      if (id === 'broken') throw new SyncError('retry', 'provider_unavailable', 'x: fails')
      return { item: id.startsWith('gone') ? null : Item.of({ id }), observedAt: new Date() }
    },
  }))
  const providerKey = { tenantId, provider: 'stripe' }
  const ask = (mode: 'live' | 'test' = 'live', more: readonly object[] = []) =>
    hasMostOf(
      { account: 'unknown', providerKey, mode },
      { db: tenant(tenantId), clock: systemClock, sources: [...more, ...sources] as unknown as Source[] },
      never,
    )
  return { ask, asked }
}
const ids = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}_${at}`)

test('the provider has most of the rows that are asked for, or has not', async () => {
  const mostly = await open({ customers: ['a', 'b', 'gone_1'] })
  expect(await mostly.ask()).toBe(true)
  expect(mostly.asked).toHaveLength(3)
  expect(await (await open({ customers: ['a', 'gone_1', 'gone_2'] })).ask()).toBe(false)
  // As many are gone as are there: whose rows they are is not known.
  expect(await (await open({ customers: ['a', 'gone_1'] })).ask()).toBe(false)
})

test('nothing is said where nothing could be asked', async () => {
  const { ask } = await open({ customers: [] })
  expect(await ask()).toBeNull()
  const refused = await open({ customers: ids('a', 4), invoices: ['gone_1'] }, ['customers'])
  expect(await refused.ask()).toBe(false)
  // The key may not ask for any of them: one request tells.
  expect(refused.asked).toEqual([expect.stringMatching(/^a_/), 'gone_1'])
})

test('a failure of the provider is none of its answers', async () => {
  const { ask } = await open({ customers: ['broken'] })
  await expect(ask()).rejects.toMatchObject({ code: 'provider_unavailable' })
})

test('only rows of the mode are asked for, and one that does not say its mode is live', async () => {
  const { ask, asked } = await open({ customers: ['a', 'test_1'], coupon_options: ['b', 'test_2'] })
  await ask('test')
  expect(asked).toEqual(['test_1', 'test_2'])
  await ask('live')
  expect(asked.slice(2)).toEqual(['a', 'b'])
})

test('four rows of each resource are asked for, and sixteen in all', async () => {
  const few = await open({ customers: ids('a', 6), invoices: ids('b', 2) })
  expect(await few.ask()).toBe(true)
  expect(few.asked).toHaveLength(6)
  const answered: string[] = []
  const half = ids('x', 9).map((name) => ({
    ...{ kind: 'list', name, table: invoices },
    async retrieve(id: string) {
      answered.push(id)
      return { item: answered.length % 3 > 0 ? Item.of({ id }) : null, observedAt: new Date() }
    },
  }))
  const many = await open({ invoices: ids('gone', 9), customers: ids('a', 4) })
  expect(await many.ask('live', half)).toBe(true)
  expect(answered).toHaveLength(16)
  expect(many.asked).toEqual([])
})

test('the feed of changes, and a list without a request by id, are not asked', async () => {
  const { ask, asked } = await open({ customers: ['a'] })
  const retrieve = () => Promise.reject(new Error('not asked'))
  const others = [
    { kind: 'feed', name: 'events', table: customers, retrieve },
    { kind: 'list', name: 'customers', table: customers },
  ]
  expect(await ask('live', others)).toBe(true)
  expect(asked).toEqual(['a'])
})

test('what was decided is remembered of this account alone', async () => {
  const { db, query } = await openTestDatabase()
  const tenantId = randomUUID()
  const accounts = [
    [tenantId, 'stripe', 'acct_1'],
    [tenantId, 'stripe', 'acct_2'],
    [tenantId, 'square', 'acct_1'],
    [randomUUID(), 'stripe', 'acct_1'],
  ]
  for (const account of accounts)
    await query('insert into sync_accounts (tenant_id, provider, account) values ($1, $2, $3)', account)
  await decideAdoption(db, { tenantId, provider: 'stripe', account: 'acct_1' }, false)
  const decided = await query('select tenant_id, provider, account from sync_accounts where adopted is not null')
  expect(decided).toEqual([{ tenant_id: tenantId, provider: 'stripe', account: 'acct_1' }])
})
