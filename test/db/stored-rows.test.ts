import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { customers, invoiceLines, invoices } from '../../src/db/schema.ts'
import { countLive, findExtraChildren, findOrphans, findUndated, liveIds, orphans } from '../../src/db/stored-rows.ts'
import { openTestDatabase } from '../support/database.ts'

const tenantId = randomUUID()
const key = { tenantId, provider: 'stripe', account: 'acct_1' }
const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
const resource = { name: 'customers', table: customers }
const lines = { name: 'invoice_lines', table: invoiceLines, parent: 'invoiceId' }

interface Row {
  readonly id: string
  /** The second of its creation; null if the provider does not say. */
  readonly created?: number | null
  readonly deleted?: boolean
  readonly synced?: number
  readonly invoice?: string | null
}

async function open(rows: Readonly<Record<string, readonly Row[]>>) {
  const { tenant, query, db } = await openTestDatabase()
  // Beside the rows that are meant, the same ids of another tenant, provider and account.
  const write = async (changed: Partial<typeof key>) => {
    const { tenantId: owner, provider, account } = { ...key, ...changed }
    for (const [table, written] of Object.entries(rows))
      for (const { id, created = 100, deleted = false, synced = 5, invoice } of written) {
        const isLine = invoice !== undefined
        await query(
          `insert into ${table} (tenant_id, provider, account, id, raw, created_at, observed_at, deleted_at, synced_at${isLine ? ', invoice_id' : ''})
           values ($1, $2, $3, $4, '{}', to_timestamp($5), $6, $7, $8${isLine ? ', $9' : ''})`,
          [
            owner,
            provider,
            account,
            id,
            created,
            at(7),
            deleted ? at(7) : null,
            at(synced),
            ...(isLine ? [invoice] : []),
          ],
        )
      }
  }
  return { db, tenantDb: tenant(tenantId), query, write }
}

const foreign = [{ tenantId: randomUUID() }, { provider: 'paypal' }, { account: 'acct_2' }]

async function all<T>(portions: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const rows: T[] = []
  for await (const portion of portions) rows.push(...portion)
  return rows
}

const dated = {
  customers: [
    { id: 'cus_1', created: 99 },
    { id: 'cus_2', created: 100 },
    { id: 'cus_3', created: 199 },
    { id: 'cus_4', created: 200 },
    { id: 'cus_5', created: null },
    { id: 'cus_6', created: null, deleted: true },
    { id: 'cus_7', created: 150, deleted: true },
  ],
}

test('live ids are those created before a second and since another; the others have no time of creation', async () => {
  const { db, tenantDb, write } = await open(dated)
  await write({})
  const ids = (since?: number) => all(liveIds(tenantDb, resource, { ...key, before: 200, since }))
  expect(await ids()).toEqual(['cus_1', 'cus_2', 'cus_3', 'cus_5'])
  expect(await ids(100)).toEqual(['cus_2', 'cus_3'])
  expect(await countLive(db, resource, { ...key, before: 200 })).toBe(4)
  expect(await findUndated(db, resource, key)).toEqual(['cus_5'])
})

test('the rows of another tenant, provider or account are not among them', async () => {
  const { db, tenantDb, write } = await open(dated)
  for (const changed of foreign) await write(changed)
  expect(await all(liveIds(tenantDb, resource, { ...key, before: 200 }))).toEqual([])
  expect(await countLive(db, resource, { ...key, before: 200 })).toBe(0)
  expect(await findUndated(db, resource, key)).toEqual([])
})

test('live ids come in portions, each once', async () => {
  const { tenantDb, query } = await open({})
  const rows = 20_001
  await query(
    `insert into customers (tenant_id, provider, account, id, raw, created_at, observed_at)
     select $1, 'stripe', 'acct_1', 'cus_' || n, '{}', to_timestamp(1), now() from generate_series(1, ${rows}) as n`,
    [tenantId],
  )
  const sizes: number[] = []
  const ids = new Set<string>()
  for await (const portion of liveIds(tenantDb, resource, { ...key, before: 200 })) {
    sizes.push(portion.length)
    for (const id of portion) ids.add(id)
  }
  expect(sizes).toEqual([10_000, 10_000, 1])
  expect(ids.size).toBe(rows)
})

test('an extra child is a live row of the parent that is not among the ids of its list', async () => {
  const { db, write } = await open({
    invoice_lines: [
      { id: 'il_1', invoice: 'in_1' },
      { id: 'il_2', invoice: 'in_1' },
      { id: 'il_3', invoice: 'in_1', deleted: true },
      { id: 'il_4', invoice: 'in_2' },
    ],
  })
  const lists = [{ parentId: 'in_1', ids: ['il_1', 'il_4'] }]
  for (const changed of foreign) await write(changed)
  expect(await findExtraChildren(db, lines, { ...key, lists })).toEqual([])
  await write({})
  expect(await findExtraChildren(db, lines, { ...key, lists })).toEqual([
    { id: 'il_2', parentId: 'in_1', observedAt: at(7) },
  ])
})

const family = {
  invoices: [{ id: 'in_1' }, { id: 'in_gone', deleted: true }],
  invoice_lines: [
    { id: 'il_1', invoice: 'in_1' },
    { id: 'il_2', invoice: 'in_gone' },
    { id: 'il_3', invoice: 'in_never' },
    { id: 'il_4', invoice: 'in_never', deleted: true },
    { id: 'il_5', invoice: null },
    { id: 'il_6', invoice: 'in_gone', synced: 8 },
  ],
}
const parents = { table: invoices }

test('an orphan is a live row of a nested list whose parent is not live', async () => {
  const { tenantDb, write } = await open(family)
  await write({})
  expect(await all(orphans(tenantDb, lines, { ...key, parents }))).toEqual([
    { id: 'il_2', parentId: 'in_gone' },
    { id: 'il_3', parentId: 'in_never' },
    { id: 'il_5', parentId: null },
    { id: 'il_6', parentId: 'in_gone' },
  ])
})

test('a forced job finds the orphans that it has not written, the first few', async () => {
  const { db, write } = await open(family)
  await write({})
  const search = { ...key, parents, overwrite: { kind: 'stored before', since: at(8) } as const }
  expect(await findOrphans(db, lines, { ...search, limit: 10 })).toEqual([
    { id: 'il_2', parentId: 'in_gone' },
    { id: 'il_3', parentId: 'in_never' },
    { id: 'il_5', parentId: null },
  ])
  expect(await findOrphans(db, lines, { ...search, limit: 1 })).toHaveLength(1)
})

test.each(foreign)('a parent that is not this account’s is no parent: %o', async (changed) => {
  const { db, tenantDb, query, write } = await open({
    invoices: [{ id: 'in_1' }],
    invoice_lines: [{ id: 'il_1', invoice: 'in_1' }],
  })
  await write({})
  await write(changed)
  await query(`delete from invoices where tenant_id = $1 and provider = 'stripe' and account = 'acct_1'`, [tenantId])
  const orphan = [{ id: 'il_1', parentId: 'in_1' }]
  expect(await all(orphans(tenantDb, lines, { ...key, parents }))).toEqual(orphan)
  const search = { ...key, parents, overwrite: { kind: 'stored before', since: at(8) } as const, limit: 10 }
  expect(await findOrphans(db, lines, search)).toEqual(orphan)
})
