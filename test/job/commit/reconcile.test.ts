import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { syncedTable } from '../../../src/db/schema/synced.ts'
import { customers, invoiceLines, invoices } from '../../../src/db/schema.ts'
import { checkCounts } from '../../../src/job/commit/reconcile.ts'
import { noCounts, type ResourceCounts } from '../../../src/job/state/progress.ts'
import type { ListSource } from '../../../src/provider/contract.ts'
import { openTestDatabase } from '../../support/database.ts'

/** 300 customers, each of which takes 10 ms to be counted, and no more than 200 ms for a statement. */
async function slowlyProved(listed: number) {
  const { db, query } = await openTestDatabase()
  const tenantId = randomUUID()
  await query(
    `insert into customers (tenant_id, provider, account, id, raw, created_at, observed_at)
      select $1, 'stripe', 'acct_1', 'cus_' || n, '{}', to_timestamp(n), now() from generate_series(1, 300) as n`,
    [tenantId],
  )
  await query('create view slow_customers as select * from customers where pg_sleep(0.01) is not null offset 0')
  const source = {
    kind: 'list',
    name: 'customers',
    table: syncedTable('slow_customers', {}),
    createdFilter: true,
  } as unknown as ListSource
  return db.transaction(async (tx) => {
    await tx.execute(`set local statement_timeout = '200ms'`)
    const tallies = { customers: { listed, until: 1_000, months: {} } }
    const proofs = await checkCounts(tx, {
      history: {},
      tenantId,
      provider: 'stripe',
      account: 'acct_1',
      sources: [source],
      tallies,
      counts: {},
    } as never)
    return { proofs, after: (await tx.execute('select 1 as one')).rows }
  })
}

test('a job of a large account ends without a proof where counting takes longer than a statement may', async () => {
  expect(await slowlyProved(100_000)).toEqual({ proofs: {}, after: [{ one: 1 }] })
})

test('in a small account that means something else is wrong: the commit is tried again', async () => {
  await expect(slowlyProved(300)).rejects.toMatchObject({ cause: { code: '57014' } })
})

test('a resource with unchecked rows is not equal, even where its counts happen to agree', async () => {
  const { db, query } = await openTestDatabase()
  const tenantId = randomUUID()
  await query(
    `insert into customers (tenant_id, provider, account, id, raw, created_at, observed_at)
      select $1, 'stripe', 'acct_1', 'cus_' || n, '{}', to_timestamp(n), now() from generate_series(1, 3) as n`,
    [tenantId],
  )
  const source = { kind: 'list', name: 'customers', table: customers, createdFilter: true } as unknown as ListSource
  const check = async (counts: Partial<ResourceCounts>) => {
    const tallies = { customers: { listed: 3, until: 1_000, months: { '1970-01': 3 } } }
    const counting = { tenantId, provider: 'stripe', account: 'acct_1', sources: [source], tallies, history: {} }
    const checks = await checkCounts(db, { ...counting, counts: { customers: { ...noCounts, ...counts } } })
    return checks.customers?.equal
  }
  expect(await check({})).toBe(true)
  // One listed row is missing and one unlisted row was not asked for: three and three.
  expect(await check({ unchecked: 1 })).toBe(false)
})

test('the children of a list are counted by looking up each parent, in tables that were never analysed', async () => {
  const { db, query } = await openTestDatabase()
  const tenantId = randomUUID()
  const rows = (table: string, columns: string, values: string, many: number) =>
    query(
      `insert into ${table} (tenant_id, provider, account, id, raw, observed_at, ${columns})
        select $1, 'stripe', 'acct_1', 'x_' || n, '{}', now(), ${values} from generate_series(1, ${many}) as n`,
      [tenantId],
    )
  await rows('invoices', 'created_at', 'to_timestamp(n)', 3_000)
  await rows('invoice_lines', 'invoice_id', `'x_' || (1 + n % 3000)`, 9_000)
  const nested = [{ name: 'invoice_lines', table: invoiceLines, parent: 'invoiceId' }]
  const source = {
    kind: 'list',
    name: 'invoices',
    table: invoices,
    createdFilter: true,
    nested,
  } as unknown as ListSource
  const tallies = {
    invoices: { listed: 2_000, until: 2_000, months: {} },
    invoice_lines: { listed: 6_000, until: 2_000, months: {} },
  }
  const checks = await db.transaction(async (tx) => {
    // All pairs are 27 million: minutes. Each parent by its key is a tenth of a second.
    await tx.execute(`set local statement_timeout = '20s'`)
    return checkCounts(tx, {
      tenantId,
      provider: 'stripe',
      account: 'acct_1',
      sources: [source],
      tallies,
      history: {},
      counts: {},
    })
  })
  expect(checks).toMatchObject({ invoices: { live: 2_000, equal: true }, invoice_lines: { live: 6_000, equal: true } })
})

test('in a large account as well, a count that fails otherwise ends the commit', async () => {
  const { db } = await openTestDatabase()
  const source = { kind: 'list', name: 'customers', table: syncedTable('no_such_table', {}), createdFilter: true }
  const counting = {
    tenantId: randomUUID(),
    provider: 'stripe',
    account: 'acct_1',
    sources: [source],
    tallies: { customers: { listed: 100_000, until: 1_000, months: {} } },
    history: {},
    counts: {},
  }
  const check = db.transaction((tx) => checkCounts(tx, counting as never))
  await expect(check).rejects.toMatchObject({ cause: { code: '42P01' } })
})
