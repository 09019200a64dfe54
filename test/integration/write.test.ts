import { expect, test } from 'vitest'
import { openPostgresProxy, recordStatements } from '../support/postgres-proxy.ts'
import { context, jobRequest, sqsEvent } from '../support/setup.ts'
import { counts, openEnv } from './write-env.ts'

/*
 * The write path: what is counted, what is written, what is left alone, and what cannot be stored.
 */

test('created, updated and unchanged are counted exactly', async () => {
  const { sync, sandbox, raw } = await openEnv(250)
  expect(await sync()).toMatchObject(counts(250, 0, 0))
  for (const { id } of sandbox.expected('customers').slice(0, 7)) sandbox.update('customers', id, { name: 'Other' })
  sandbox.insert('customers', { email: 'new@example.com' })
  sandbox.advance(60)
  expect(await sync()).toMatchObject(counts(1, 7, 243))
  expect(await raw()).toEqual(sandbox.expected('customers', true))
})

test('a second run writes no row', async () => {
  const { sync, sandbox, rows, query } = await openEnv(250)
  await sync()
  sandbox.advance(60)
  const before = await rows()
  const headers = () => query('select id, ctid::text, xmin::text, xmax::text from customers order by id')
  const untouched = await headers()
  expect(await sync()).toMatchObject(counts(0, 0, 250))
  expect(await rows()).toEqual(before)
  // Not even locked, as a conflict would have done; a lock is written to the log as well and shows in xmax. The log
  // itself cannot be measured here: other tests write to the same server.
  expect(await headers()).toEqual(untouched)
})

test('force_refresh rewrites every row', async () => {
  const { sync, sandbox, rows } = await openEnv(120)
  await sync()
  sandbox.advance(60)
  const before = await rows()
  expect(await sync({ force_refresh: true })).toMatchObject(counts(0, 120, 0))
  const after = await rows()
  expect(after.filter(({ ctid }, at) => ctid === before[at]?.ctid)).toEqual([])
  expect(after.map(({ raw }) => raw)).toEqual(before.map(({ raw }) => raw))
})

test('an older observation never overwrites a newer one, unless it is forced', async () => {
  const { sync, sandbox, rows, query } = await openEnv(30)
  await sync()
  await query(`update customers set raw = '{"newer": true}', observed_at = observed_at + interval '1 hour'`)
  sandbox.advance(60)
  const before = await rows()
  expect(await sync()).toMatchObject(counts(0, 0, 30))
  expect(await rows()).toEqual(before)
  expect(await sync({ force_refresh: true })).toMatchObject(counts(0, 30, 0))
  expect((await rows()).map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
})

test('a row marked as deleted comes back when the provider has it again', async () => {
  const { sync, sandbox, query } = await openEnv(30)
  await sync()
  await query(`update customers set deleted_at = now() where id in (select id from customers limit 4)`)
  sandbox.advance(60)
  expect(await sync()).toMatchObject(counts(0, 4, 26))
  expect(await query('select 1 from customers where deleted_at is not null')).toEqual([])
})

test('rows that Postgres refuses are found by halving the batch; all others are stored', async () => {
  const { sync, sandbox, query, raw } = await openEnv(180)
  // A rule of the owner's own.
  await query(`alter table customers add constraint mine check (description is distinct from 'refused')`)
  const truth = sandbox.expected('customers', true)
  const refused = [0, 1, 57, 99, 100, 179].map((at) => truth[at]!.id).toSorted()
  for (const id of refused) sandbox.update('customers', id, { description: 'refused' })
  expect(await sync()).toMatchObject(counts(174, 0, 0, 6))
  const rejects = await query('select item_key, code, payload from sync_rejects order by item_key collate "C"')
  expect(rejects.map(({ item_key, code }) => [item_key, code])).toEqual(refused.map((id) => [id, '23514']))
  expect(JSON.parse(String(rejects[0]?.payload))).toMatchObject({ id: refused[0], description: 'refused' })
  expect(await raw()).toEqual(truth.filter(({ id }) => !refused.includes(id)))
})

test('what was put aside is taken out once it is stored', async () => {
  const { sync, sandbox, query, tenantId } = await openEnv(120)
  const kept = () => query('select item_key, job_id from sync_rejects order by item_key collate "C"')
  await query(`alter table customers add constraint mine check (description is distinct from 'refused')`)
  const ids = sandbox.expected('customers', true).map(({ id }) => id)
  const refused = [ids[3]!, ids[60]!, ids[119]!].toSorted()
  for (const id of refused) sandbox.update('customers', id, { description: 'refused' })
  await sync()
  expect((await kept()).map(({ item_key }) => item_key)).toEqual(refused)
  // Of another account and of another resource, under the same id.
  await query(
    `insert into sync_rejects (tenant_id, provider, account, resource, item_key, job_id, code, reason, payload)
     select case when resource = 'customers' then gen_random_uuid() else $1 end, 'stripe', 'acct_sandbox', resource, $2, gen_random_uuid(), 'x', 'x', 'x'
     from (values ('customers'), ('invoices')) as other(resource)`,
    [tenantId, refused[0]],
  )
  sandbox.update('customers', refused[0]!, { description: 'fine' })
  sandbox.advance(60)
  const second = await sync()
  expect(second).toMatchObject({ status: 'completed', created: '1', rejected: '2' })
  const constraint = () =>
    query(
      `select item_key, job_id from sync_rejects where tenant_id = $1 and resource = 'customers' order by item_key collate "C"`,
      [tenantId],
    )
  expect(await constraint()).toEqual(refused.slice(1).map((id) => ({ item_key: id, job_id: second.id })))
  await query('alter table customers drop constraint mine')
  sandbox.advance(60)
  expect(await sync()).toMatchObject(counts(2, 0, 118))
  expect(await constraint()).toEqual([])
  expect(await kept()).toHaveLength(2)
})

test('an account of which nothing was put aside is not asked about it at each commit', async () => {
  const { workerUrl, openWorker, tenantId, query } = await openEnv(120)
  const proxy = await openPostgresProxy(workerUrl)
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: proxy.url, Queue__Url: '' })
  const statements = recordStatements(proxy)
  const sync = async () => {
    statements.length = 0
    const request = jobRequest({ tenantId, additionalData: { batch_size: 20 } })
    await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
    return statements.filter((statement) => /^\s*delete from "sync_rejects"/.test(statement)).length
  }
  expect(await sync()).toBe(0)
  await query(
    `insert into sync_rejects (tenant_id, provider, account, resource, item_key, job_id, code, reason, payload)
     values ($1, 'stripe', 'acct_sandbox', 'customers', 'cus_never', gen_random_uuid(), 'x', 'x', 'x')`,
    [tenantId],
  )
  expect(await sync()).toBeGreaterThan(0)
})

test('an id twice in a page is one row, as it came last', async () => {
  const { sync, query, poison } = await openEnv(50)
  poison((objects) => objects.map((item, at) => (at === 9 ? { ...objects[8]!, name: 'last' } : item)))
  expect(await sync()).toMatchObject(counts(49, 0, 1))
  expect(await query(`select count(*)::int as rows from customers where name = 'last'`)).toEqual([{ rows: 1 }])
})
