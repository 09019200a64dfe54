import pg from 'pg'
import { expect, it, test } from 'vitest'
import type { Estimate } from '../../src/sync/estimate/estimate.ts'
import { run } from '../cli/program.ts'
import { jobRequest, setup } from '../support/setup.ts'

/** An account that a full job has read. */
async function openRead(
  customers: number,
  { resources, daysAgo = 1 }: { resources?: readonly string[]; daysAgo?: number } = {},
) {
  const start = Math.floor(Date.now() / 1_000) - daysAgo * 86_400
  const parts = await setup({ sandbox: { customers, now: start, density: 'uniform', olderEvents: 0 } })
  const { tenantId } = jobRequest()
  const send = async (additionalData: object) => {
    const request = jobRequest({ tenantId, additionalData: { resources, ...additionalData } })
    await parts.deliver(request)
    const row = await parts.job(request.jobId)
    expect(row).toMatchObject({ status: 'completed', error: null })
    return row!.result as unknown as { readonly estimate: Estimate }
  }
  await send({ sync_type: 'full' })
  const there = (name: string) =>
    parts.query<{ n: number }>(`select count(*)::int as n from "${name}" where deleted_at is null`)
  return {
    ...parts,
    start,
    there: async (name: string) => (await there(name))[0]?.n ?? 0,
    estimate: async () => (await send({ dry_run: true })).estimate,
  }
}

it('of an account that a job has read, rows are counted and a list is asked for one page', async () => {
  const { estimate, there } = await openRead(250)
  const { resources, asked: requestsMade, rows } = await estimate()
  const long = ['customers', 'subscriptions', 'subscription_items', 'invoices', 'invoice_lines']
  for (const name of long) {
    expect([name, resources[name]?.basis]).toEqual([name, 'stored rows'])
    expect([name, Math.abs((resources[name]?.items.likely ?? 0) / (await there(name)) - 1) < 0.01]).toEqual([
      name,
      true,
    ])
  }
  for (const [name, { items }] of Object.entries(resources)) {
    const truth = await there(name)
    expect([name, items.least <= truth && truth <= (items.most ?? truth)]).toEqual([name, true])
  }
  // A page of each list, and which account it is.
  const lists = Object.values(resources).filter(({ basis }) => basis !== 'inside other items').length
  expect(requestsMade).toBeLessThanOrEqual(lists + 1)
  expect(rows.likely).toBeGreaterThan(2_000)
})

it('rows of another account of the tenant do not count', async () => {
  const { estimate, query } = await openRead(120, { resources: ['customers'] })
  const before = (await estimate()).resources.customers?.items
  const columns = await query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = 'customers' and column_name <> 'account'
       and is_generated = 'NEVER'`,
  )
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  await query(`insert into customers (account, ${names}) select 'acct_other', ${names} from customers`)
  const counted = await query<{ n: number }>('select count(*)::int as n from customers')
  expect(counted).toEqual([{ n: 240 }])
  expect((await estimate()).resources.customers).toMatchObject({ basis: 'stored rows', items: before })
})

it('what came since the last job is counted on the page, and its deletions stay within the range', async () => {
  const { estimate, sandbox } = await openRead(400, { resources: ['customers'] })
  sandbox.advance(3_600)
  for (let n = 0; n < 30; n++) sandbox.insert('customers', { name: 'new' })
  for (const { id } of sandbox.expected('customers').slice(100, 110)) sandbox.remove('customers', id)
  sandbox.advance(60)
  expect((await estimate()).resources.customers?.items).toEqual({ least: 100, likely: 430, most: 430 })
})

it('if more came than a page shows, the month before tells how much, and there is no upper end', async () => {
  const { estimate, sandbox, query, start } = await openRead(400, { resources: ['customers'], daysAgo: 41 })
  sandbox.advance(40 * 86_400)
  for (let n = 0; n < 120; n++) sandbox.insert('customers', { name: 'new' })
  sandbox.advance(60)
  // Of the 400, so many came in the month before.
  const [lately] = await query<{ n: number }>(
    `select count(*)::int as n from customers where created_at > to_timestamp(${start}) - interval '30 days'`,
  )
  const { items, basis } = (await estimate()).resources.customers!
  expect(basis).toBe('stored rows')
  expect(items.most).toBeNull()
  expect(lately!.n).toBeGreaterThan(0)
  expect(Math.abs(items.likely - 400 - (lately!.n / 30) * 41)).toBeLessThan(3)
})

it('a list without a cursor is not known, whatever rows there are', async () => {
  const { estimate, query } = await openRead(400, { resources: ['customers'] })
  await query(`delete from sync_cursors`)
  expect((await estimate()).resources.customers?.basis).toBe('sampled times')
})

it('a table that does not answer in time leaves its list to pages', async () => {
  const { estimate, url } = await openRead(400, { resources: ['customers', 'coupons'] })
  const holder = new pg.Client({ connectionString: url })
  await holder.connect()
  await holder.query('begin; lock table customers in access exclusive mode')
  const { resources } = await estimate()
  await holder.end()
  expect(resources.customers?.basis).toBe('sampled times')
})

it('bytes are those of the stored payloads', async () => {
  const { estimate, query } = await openRead(400, { resources: ['customers'] })
  const before = (await estimate()).resources.customers!.bytes.likely
  await query(
    `update customers set raw = raw || jsonb_build_object('more', gen_random_uuid()::text || gen_random_uuid()::text)`,
  )
  const after = (await estimate()).resources.customers!.bytes.likely
  // Some 85 bytes more of each payload, of which columns repeat a part.
  expect((after - before) / 400).toBeGreaterThan(1.4 * 70)
  expect((after - before) / 400).toBeLessThan(1.4 * 110)
})

test('an estimate goes on without stored rows if the database is away, and says so', async () => {
  const env = { ConnectionStrings__DefaultConnection: 'Host=127.0.0.1;Port=1;Username=u;Database=d;SSL Mode=Disable' }
  const ended = await run(['estimate', '--customers', '20', '--resources', 'coupons', '--latency', '0', '--json'], {
    env,
  })
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/Stored rows are not used\. .*ECONNREFUSED/) })
  expect(JSON.parse(ended.stdout).resources.coupons).toMatchObject({
    basis: 'whole list',
    minutes: { likely: expect.any(Number) },
    lambdaDollars: { likely: expect.any(Number) },
  })
})
