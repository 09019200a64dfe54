import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { customers, invoiceLines, invoices } from '../../src/db/schema.ts'
import { readStoredLists } from '../../src/job/stored-lists.ts'
import type { Provider } from '../../src/provider/contract.ts'
import { openTestDatabase } from '../support/database.ts'

const until = 1_700_000_000
const month = 30 * 86_400
const resources = [
  { name: 'invoices', table: invoices, nested: [{ name: 'invoice_lines', table: invoiceLines }] },
  { name: 'customers', table: customers, derivedFrom: ['orders', 'invoices'] },
] as unknown as Provider['resources']

/** What is said of an account, in a database that has the same of another tenant, provider and account. */
async function open() {
  const { tenant, query } = await openTestDatabase()
  const tenantId = randomUUID()
  const others = [
    [randomUUID(), 'stripe', 'acct_1'],
    [tenantId, 'square', 'acct_1'],
    [tenantId, 'stripe', 'acct_2'],
  ]
  const mine = [tenantId, 'stripe', 'acct_1']
  return {
    query,
    mine,
    others,
    tenant: tenant(tenantId),
    cursor: (
      owner: readonly string[],
      resource: string,
      second: number | null = until,
      refusedAt: Date | null = null,
    ) =>
      query(
        `insert into sync_cursors (tenant_id, provider, account, resource, cursor, refused_at, job_id)
         values ($1, $2, $3, $4, to_timestamp($5), $6, gen_random_uuid())`,
        [...owner, resource, second, refusedAt],
      ),
    row: (
      owner: readonly string[],
      table: string,
      created: number | null,
      payload = '{}',
      deletedAt: Date | null = null,
    ) =>
      query(
        `insert into ${table} (tenant_id, provider, account, id, created_at, raw, deleted_at, observed_at)
         values ($1, $2, $3, gen_random_uuid()::text, to_timestamp($4), $5, $6, now())`,
        [...owner, created, payload, deletedAt],
      ),
    reject: (owner: readonly string[], resource: string) =>
      query(
        `insert into sync_rejects (tenant_id, provider, account, resource, item_key, job_id, code, reason, payload)
         values ($1, $2, $3, $4, gen_random_uuid()::text, gen_random_uuid(), 'x', 'x', 'x')`,
        [...owner, resource],
      ),
    read: async () =>
      Object.fromEntries(
        await readStoredLists(tenant(tenantId), { tenantId, provider: 'stripe', account: 'acct_1' }, resources),
      ),
  }
}

test('a list that a job has read to its end is known, with its nested lists and with what its items show', async () => {
  const { cursor, read, mine } = await open()
  expect(await read()).toEqual({})
  await cursor(mine, 'invoices')
  const none = { items: 0, until, perSecond: 0, payloadBytes: 0 }
  expect(await read()).toEqual({ invoices: none, invoice_lines: none, customers: none })
})

test('a list that was read for another tenant, provider or account, or that is refused, is not known', async () => {
  const { cursor, read, mine, others } = await open()
  for (const owner of others) await cursor(owner, 'invoices')
  await cursor(mine, 'invoices', until, new Date())
  expect(await read()).toEqual({})
})

test('its items are the rows of the account that are there, and those that could not be stored', async () => {
  const { cursor, read, row, reject, mine, others } = await open()
  await cursor(mine, 'invoices')
  for (const owner of others) {
    await row(owner, 'invoices', until)
    await reject(owner, 'invoices')
  }
  await reject(mine, 'customers')
  await reject(mine, 'invoices')
  await row(mine, 'invoices', null)
  await row(mine, 'invoices', until, '{}', new Date())
  await row(mine, 'invoices', until)
  expect(await read()).toMatchObject({ invoices: { items: 3 }, customers: { items: 1 }, invoice_lines: { items: 0 } })
})

test('it grows as it did in the month before it was read', async () => {
  const { cursor, read, row, mine } = await open()
  await cursor(mine, 'invoices')
  for (const created of [until + 1, until, until - 1, until - month + 1, until - month, null])
    await row(mine, 'invoices', created)
  await row(mine, 'invoices', until, '{}', new Date())
  expect((await read()).invoices).toMatchObject({ items: 6, perSecond: 3 / month })
})

test('a payload is as large as those that are stored', async () => {
  const { cursor, read, row, query, mine } = await open()
  await cursor(mine, 'invoices')
  await row(mine, 'invoices', until, JSON.stringify({ text: 'x'.repeat(100) }))
  await row(mine, 'invoices', until, JSON.stringify({ text: 'x'.repeat(300) }))
  const [size] = await query<{ bytes: number }>('select avg(pg_column_size(raw))::float8 as bytes from invoices')
  expect((await read()).invoices?.payloadBytes).toBe(size?.bytes)
  expect(size?.bytes).toBeGreaterThan(200)
})

test.each(['57014', '55P03'])('a list that takes too long to read is left out (%s)', async (code) => {
  const { cursor, mine, tenant } = await open()
  await cursor(mine, 'invoices')
  await cursor(mine, 'customers')
  expect([...(await readStoredLists(failing(tenant, code), account(mine), resources)).keys()]).toEqual(['customers'])
})

test('any other failure is none of the answers', async () => {
  const { cursor, mine, tenant } = await open()
  await cursor(mine, 'invoices')
  await expect(readStoredLists(failing(tenant, '08006'), account(mine), resources)).rejects.toMatchObject({
    code: '08006',
  })
})

const account = ([tenantId = '', provider = '', name = '']: readonly string[]) => ({
  tenantId,
  provider,
  account: name,
})

/** The database, in which the lists of invoices and of their lines are not read. */
function failing(db: Awaited<ReturnType<typeof open>>['tenant'], code: string): Pick<typeof db, 'read'> {
  let reads = 0
  return {
    async read(work) {
      reads++
      if (reads === 2 || reads === 3) throw Object.assign(new Error('the statement failed'), { code })
      return await db.read(work)
    },
  }
}
