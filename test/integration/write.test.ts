import { expect, test } from 'vitest'
import type { StripeObject } from '../../src/sandbox/stripe/index.ts'
import { openPostgresProxy, recordStatements } from '../support/postgres-proxy.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * The write path: what is counted, what is written, what is left alone, and what cannot be stored.
 */

const counts = (created: number, updated: number, unchanged: number, rejected = 0) => ({
  status: 'completed',
  fetched: String(created + updated + unchanged + rejected),
  created: String(created),
  updated: String(updated),
  unchanged: String(unchanged),
  rejected: String(rejected),
})

async function openEnv(customers: number) {
  const parts = await setup({ sandbox: { customers } })
  const { tenantId } = jobRequest()
  return {
    ...parts,
    tenantId,
    async sync(additionalData: object = {}) {
      const request = jobRequest({ tenantId, additionalData })
      expect(await parts.deliver(request)).toEqual({ batchItemFailures: [] })
      return (await parts.job(request.jobId)) ?? {}
    },
    rows: () => parts.query('select xmin, ctid, * from customers order by created_at desc, id collate "C" desc'),
    raw: async () =>
      (await parts.query('select raw from customers order by created_at desc, id collate "C" desc')).map(
        ({ raw }) => raw,
      ),
    /** Makes the sandbox answer with other items: one rule for each request, `change` gets each page. */
    poison: (change: (objects: StripeObject[]) => unknown[] | string) =>
      parts.sandbox.fail({ kind: 'items', items: (objects) => change([...objects]), path: '/v1/customers' }),
  }
}

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

const manyBytes = Array.from({ length: 1_000 }, (_, at) => String.fromCharCode(0x4e00 + ((at * 7_919) % 20_000))).join(
  '',
)
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** What is done to one item in the middle of a page, and what becomes of it. `rejected`: its code in sync_rejects. */
const poisons: Record<string, { poison(item: StripeObject): string; rejected?: string }> = {
  'a NUL in its text': { poison: (item) => JSON.stringify({ ...item, name: 'a\u0000b', metadata: { k: '\u0000' } }) },
  'lone surrogates in text and keys': {
    poison: (item) =>
      JSON.stringify({ ...item, name: 'x\ud800', description: '\udc00y', metadata: { 'k\ud800\ud800': '\\\udfff' } }),
  },
  'the time of its creation as text': { poison: (item) => JSON.stringify({ ...item, created: 'abc' }) },
  'huge integers': { poison: (item) => JSON.stringify({ ...item, balance: 1e300, extra: Number.MAX_VALUE }) },
  'no id': { poison: ({ id: _, ...item }) => JSON.stringify(item), rejected: 'invalid_item' },
  'a number for an id': { poison: (item) => JSON.stringify({ ...item, id: 5 }), rejected: 'invalid_item' },
  'an empty id': { poison: (item) => JSON.stringify({ ...item, id: '' }), rejected: 'invalid_item' },
  'an id of 3000 characters': {
    poison: (item) => JSON.stringify({ ...item, id: 'x'.repeat(3_000) }),
    rejected: 'invalid_item',
  },
  'an id of 1000 characters in 3000 bytes': {
    poison: (item) => JSON.stringify({ ...item, id: manyBytes }),
    rejected: 'invalid_item',
  },
  'an id with a NUL': { poison: (item) => JSON.stringify({ ...item, id: 'a\u0000' }), rejected: 'invalid_item' },
  'nothing but null': { poison: () => 'null', rejected: 'invalid_item' },
  'nothing but text': { poison: () => '"customer"', rejected: 'invalid_item' },
  'objects in it, 3,000 deep': {
    poison: (item) => `${JSON.stringify(item).slice(0, -1)},"extra":${nested(3_000)}}`,
  },
  'objects in it, 100,000 deep': {
    poison: (item) => `${JSON.stringify(item).slice(0, -1)},"extra":${nested(100_000)}}`,
    rejected: '54001',
  },
  'objects in place of the id, 100,000 deep': {
    poison: (item) => `${JSON.stringify({ ...item, id: undefined }).slice(0, -1)},"id":${nested(100_000)}}`,
    rejected: 'invalid_item',
  },
  'a number beyond every double': {
    poison: (item) => `${JSON.stringify(item).slice(0, -1)},"extra":1e400000}`,
    rejected: '22003',
  },
}

test.each(Object.entries(poisons))('an item with %s harms no other', async (_, { poison, rejected }) => {
  const { sync, sandbox, poison: poisonPages, query } = await openEnv(50)
  poisonPages((objects) => `[${objects.map((item, at) => (at === 4 ? poison(item) : JSON.stringify(item))).join()}]`)
  const job = await sync({ batch_size: 25 })
  expect(job).toMatchObject(counts(rejected ? 48 : 50, 0, 0, rejected ? 2 : 0))
  const rejects = await query('select code, resource, job_id, reason from sync_rejects')
  const distinct = new Set((await query('select item_key from sync_rejects')).map((row) => row.item_key)).size
  expect(rejects).toEqual(
    Array.from({ length: distinct }, () => ({
      code: rejected,
      resource: 'customers',
      job_id: job.id,
      reason: expect.stringMatching(/\w+ \w+/),
    })),
  )
  expect(distinct > 0).toBe(rejected !== undefined)
  const truth = new Set(sandbox.expected('customers').map(({ id }) => id))
  const stored = await query('select id from customers')
  expect(stored.every(({ id }) => truth.has(String(id)))).toBe(true)
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
  const own = () =>
    query(
      `select item_key, job_id from sync_rejects where tenant_id = $1 and resource = 'customers' order by item_key collate "C"`,
      [tenantId],
    )
  expect(await own()).toEqual(refused.slice(1).map((id) => ({ item_key: id, job_id: second.id })))
  await query('alter table customers drop constraint mine')
  sandbox.advance(60)
  expect(await sync()).toMatchObject(counts(2, 0, 118))
  expect(await own()).toEqual([])
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
    return statements.filter((one) => /^\s*delete from "sync_rejects"/.test(one)).length
  }
  expect(await sync()).toBe(0)
  await query(
    `insert into sync_rejects (tenant_id, provider, account, resource, item_key, job_id, code, reason, payload)
     values ($1, 'stripe', 'acct_sandbox', 'customers', 'cus_never', gen_random_uuid(), 'x', 'x', 'x')`,
    [tenantId],
  )
  expect(await sync()).toBeGreaterThan(0)
})

test('an item nested deeper than Postgres can go is put aside', async () => {
  const { sync, query, poison, url } = await openEnv(50)
  await query(`alter database ${new URL(url).pathname.slice(1)} set max_stack_depth = '100kB'`)
  poison((objects) => objects.map((item, at) => (at === 9 ? { ...item, extra: JSON.parse(nested(2_000)) } : item)))
  expect(await sync()).toMatchObject(counts(49, 0, 0, 1))
  expect(await query('select code from sync_rejects')).toEqual([{ code: '54001' }])
})

test('an id twice in a page is one row, as it came last', async () => {
  const { sync, query, poison } = await openEnv(50)
  poison((objects) => objects.map((item, at) => (at === 9 ? { ...objects[8]!, name: 'last' } : item)))
  expect(await sync()).toMatchObject(counts(49, 0, 1))
  expect(await query(`select count(*)::int as rows from customers where name = 'last'`)).toEqual([{ rows: 1 }])
})

test('a text that cannot be stored as it is has U+FFFD where the trouble was, in payload and columns alike', async () => {
  const { sync, query, poison } = await openEnv(10)
  const name = 'a\u0000b\ud800c\\u0000\ud83d\ude00'
  poison((objects) => objects.map((item, at) => (at === 3 ? { ...item, name } : item)))
  await sync()
  const stored = 'a\ufffdb\ufffdc\\u0000\ud83d\ude00'
  expect(await query(`select name, raw ->> 'name' as raw from customers where name like 'a%b%c%'`)).toEqual([
    { name: stored, raw: stored },
  ])
})

test('numbers stay as they were sent beside an item that cannot be stored as it is, and beside one that is refused', async () => {
  const { sync, query, poison } = await openEnv(4)
  const number = '"n":9007199254740993,"d":1.10'
  poison(
    ([one, two, three, four]) =>
      `[{"id":"${one?.id}",${number},"name":"a\\u0000"},{"id":"${two?.id}",${number}},{"id":"${three?.id}","n":1e400000},{"id":"${four?.id}",${number}}]`,
  )
  expect(await sync()).toMatchObject(counts(3, 0, 0, 1))
  const stored = await query<{ raw: string }>('select raw::text as raw from customers')
  expect(stored.map(({ raw }) => raw.includes('9007199254740993') && raw.includes('1.10'))).toEqual([true, true, true])
  const [reject] = await query('select code, payload from sync_rejects')
  expect(reject).toMatchObject({ code: '22003', payload: expect.stringContaining('"n":1e400000}') })
})
