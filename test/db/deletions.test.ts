import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { findStale, findUnlisted, markDeleted, markRemovedChildren } from '../../src/db/deletions.ts'
import { customers, invoiceLines } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { openTestDatabase } from '../support/database.ts'

const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
const createdAt = (second: number) => new Date(second * 1_000)

/** A tenant's account, and rows of it: the second of creation and the second of observation of each. */
async function open(rows: Readonly<Record<string, readonly [created: number, observed: number]>> = {}) {
  const { tenant, query, db: superuser } = await openTestDatabase()
  const key = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  const db = tenant(key.tenantId)
  const write = (table: unknown, written: readonly object[]) =>
    db.within((tx) => upsert(tx, { ...key, table, rows: written, overwrite: null } as never))
  await write(
    customers,
    Object.entries(rows).map(([id, [created, observed]]) => ({
      row: { id, createdAt: createdAt(created) },
      raw: { id },
      observedAt: at(observed),
    })),
  )
  const live = async (table = 'customers') =>
    (await query<{ id: string }>(`select id from ${table} where deleted_at is null order by id`)).map(({ id }) => id)
  return { key, db, superuser, tenant, write, live }
}

const resource = { name: 'customers', table: customers }
const line = (id: string, invoiceId: string, observed = 5) => ({
  row: { id, invoiceId },
  raw: { id },
  observedAt: at(observed),
})
const lines = { name: 'invoice_lines', table: invoiceLines }

test('a row is unlisted if it was created within the interval, is not listed, and was not seen later than the list', async () => {
  const { key, db } = await open({
    first: [100, 5],
    last: [200, 10],
    listed: [150, 5],
    before: [99, 5],
    after: [201, 5],
    later: [150, 11],
  })
  const interval = { from: 100, to: 200, ids: ['listed'], observedAt: at(10) }
  const unlisted = await findUnlisted(db, { ...key, resource, intervals: [interval] } as never)
  expect(unlisted.toSorted((left, right) => (left.id < right.id ? -1 : 1))).toEqual([
    { id: 'first', observedAt: at(10) },
    { id: 'last', observedAt: at(10) },
  ])
  const openEnded = { from: 201, to: null, ids: [], observedAt: at(10) }
  expect(await findUnlisted(db, { ...key, resource, intervals: [openEnded] } as never)).toMatchObject([{ id: 'after' }])
})

test('a row of another account of the tenant, or one that is deleted, is not unlisted', async () => {
  const { key, db } = await open({ cus_1: [100, 5], cus_2: [100, 5] })
  const interval = { from: 0, to: null, ids: [], observedAt: at(10) }
  const search = { ...key, resource, intervals: [interval] }
  expect(await findUnlisted(db, { ...search, provider: 'paypal' } as never)).toEqual([])
  await db.within((tx) =>
    markDeleted(tx, { ...key, resource, unlisted: [{ id: 'cus_1', observedAt: at(6) }] } as never),
  )
  expect(await findUnlisted(db, search as never)).toMatchObject([{ id: 'cus_2' }])
})

test('a row that was seen later than its absence stays, and a deletion is counted once', async () => {
  const { key, db, live } = await open({ cus_1: [100, 5], cus_2: [100, 11], cus_3: [100, 10] })
  const unlisted = ['cus_1', 'cus_2', 'cus_3', 'cus_4'].map((id) => ({ id, observedAt: at(10) }))
  const mark = () => db.within((tx) => markDeleted(tx, { ...key, resource, unlisted } as never))
  expect(await mark()).toBe(2)
  expect(await live()).toEqual(['cus_2'])
  expect(await mark()).toBe(0)
})

test('a line is removed only if its parent’s list is newer, is of this parent, and does not have it', async () => {
  const { key, db, write, live } = await open()
  await write(invoiceLines, [
    line('il_gone', 'in_1', 5),
    line('il_kept', 'in_1', 5),
    line('il_newer', 'in_1', 11),
    line('il_other', 'in_2', 5),
  ])
  const childSets = [{ parentId: 'in_1', ids: ['il_kept'], observedAt: at(10) }]
  const removed = await db.within((tx) =>
    markRemovedChildren(tx, { ...key, resource: lines, parent: 'invoiceId', childSets } as never),
  )
  expect(removed).toBe(1)
  expect(await live('invoice_lines')).toEqual(['il_kept', 'il_newer', 'il_other'])
})

test('a snapshot is stale if its row was seen later', async () => {
  const { key, db } = await open({ cus_1: [100, 9], cus_2: [100, 10], cus_3: [100, 11] })
  const snapshots = ['cus_1', 'cus_2', 'cus_3', 'cus_4'].map((id) => ({ id, observedAt: at(10) }))
  const stale = await db.within((tx) => findStale(tx, { ...key, table: customers, snapshots } as never))
  expect(stale).toEqual(new Set([2]))
})

// With a superuser's login, which sees the rows of all tenants: each statement names the account itself.
describe.each([
  ['tenant', { tenantId: randomUUID() }],
  ['provider', { provider: 'paypal' }],
  ['account', { account: 'acct_2' }],
])('a row of another %s with the same id', (_, changed) => {
  async function openOther() {
    const parts = await open()
    const other = { ...parts.key, ...changed }
    const customer = { row: { id: 'cus_1', createdAt: createdAt(100) }, raw: {}, observedAt: at(5) }
    await upsert(parts.superuser, { ...other, table: customers, rows: [customer] } as never)
    await upsert(parts.superuser, { ...other, table: invoiceLines, rows: [line('il_1', 'in_1')] } as never)
    return { ...parts, other }
  }

  test('is not marked as deleted', async () => {
    const { key, superuser, live } = await openOther()
    const unlisted = [{ id: 'cus_1', observedAt: at(10) }]
    expect(await markDeleted(superuser, { ...key, resource, unlisted } as never)).toBe(0)
    expect(await live()).toEqual(['cus_1'])
  })

  test('is not removed from a nested list', async () => {
    const { key, superuser, live } = await openOther()
    const childSets = [{ parentId: 'in_1', ids: [], observedAt: at(10) }]
    const removal = { ...key, resource: lines, parent: 'invoiceId', childSets }
    expect(await markRemovedChildren(superuser, removal as never)).toBe(0)
    expect(await live('invoice_lines')).toEqual(['il_1'])
  })

  test('makes no snapshot stale', async () => {
    const { key, superuser } = await openOther()
    const snapshots = [{ id: 'cus_1', observedAt: at(1) }]
    expect(await findStale(superuser, { ...key, table: customers, snapshots } as never)).toEqual(new Set())
  })

  test('is not unlisted', async () => {
    const { key, db } = await openOther()
    const intervals = [{ from: 0, to: null, ids: [], observedAt: at(10) }]
    expect(await findUnlisted(db, { ...key, resource, intervals } as never)).toEqual([])
  })
})

test('without intervals, rows or nested lists nothing is found and nothing is marked', async () => {
  const { key, db, live } = await open({ cus_1: [100, 5] })
  expect(await findUnlisted(db, { ...key, resource, intervals: [] } as never)).toEqual([])
  expect(await db.within((tx) => markDeleted(tx, { ...key, resource, unlisted: [] } as never))).toBe(0)
  expect(await live()).toEqual(['cus_1'])
})

test('a forced job marks rows as deleted that were seen later, if they were stored before it began', async () => {
  const { key, db, live, write } = await open({ cus_1: [100, 11] })
  await write(invoiceLines, [line('il_1', 'in_1', 11)])
  const began = { kind: 'stored before', since: new Date(Date.now() + 3_600_000) } as const
  const [before, after] = [{ ...began, since: new Date(0) }, began]
  const unlisted = [{ id: 'cus_1', observedAt: at(10) }]
  const childSets = [{ parentId: 'in_1', ids: [], observedAt: at(10) }]
  const snapshots = [{ id: 'cus_1', observedAt: at(10) }]
  const intervals = [{ from: 0, to: null, ids: [], observedAt: at(10) }]
  for (const [overwrite, marked, stale, expected] of [
    [before, 0, [0], []],
    [after, 1, [], [{ id: 'cus_1' }]],
  ] as const) {
    const forced = { ...key, overwrite }
    expect(await findUnlisted(db, { ...forced, resource, intervals } as never)).toMatchObject(expected)
    const isStale = await db.within((tx) => findStale(tx, { ...forced, table: customers, snapshots } as never))
    expect([...isStale]).toEqual(stale)
    const removal = { ...forced, resource: lines, parent: 'invoiceId', childSets }
    expect(await db.within((tx) => markRemovedChildren(tx, removal as never))).toBe(marked)
    expect(await db.within((tx) => markDeleted(tx, { ...forced, resource, unlisted } as never))).toBe(marked)
  }
  expect(await live()).toEqual([])
})
