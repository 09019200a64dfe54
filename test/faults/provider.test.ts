import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { apiVersion } from '../../src/providers/stripe/connection.ts'
import type { StripeObject } from '../../src/sandbox/stripe/index.ts'
import { expectCopy } from '../support/expected.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

/*
 * A provider that changes its answers, its objects or its key during a job.
 */

afterEach(() => vi.restoreAllMocks())

async function openEnv(options: SetupOptions = {}) {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const parts = await setup({ ...options, sandbox: { customers: 100, ...options.sandbox } })
  return { ...parts, send: (request: object) => parts.queue.send(JSON.stringify(request)) }
}

test('a key that is revoked during a job fails it at once, with its rows and its cursor kept', async () => {
  const { send, drain, job, query, sandbox, queue } = await openEnv({
    settings: { Stripe__EndpointRequestsPerSecond: '8' },
  })
  sandbox.fail({ kind: 'key-revoked', after: 4 })
  const request = jobRequest({ additionalData: { batch_size: 10 } })
  await send(request)
  await drain({ concurrency: 1 })
  const row = await job(request.jobId)
  expect(row).toMatchObject({
    status: 'failed',
    deliveries: 1,
    attempt: 0,
    error: { code: 'key_not_accepted', retryable: false },
    // On a busy machine the list may have been split meanwhile.
    checkpoint: {
      slices: expect.arrayContaining([
        expect.objectContaining({ resource: 'customers', cursor: expect.stringMatching(/^cus_/) }),
      ]),
    },
  })
  expect(Number(row?.fetched)).toBeGreaterThanOrEqual(10)
  expect(await query('select count(*)::text as count from customers')).toEqual([{ count: row?.fetched }])
  expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
})

test('objects that are created, changed and deleted during a job are right after the next job, and none comes back', async () => {
  const { handle, job, query, sandbox } = await openEnv({ settings: { Stripe__EndpointRequestsPerSecond: '20' } })
  const { tenantId } = jobRequest()
  const sync = async (sync_type: string) => {
    const request = jobRequest({ tenantId, additionalData: { resources: undefined, sync_type, batch_size: 20 } })
    await handle([JSON.stringify(request)])
    expect(await job(request.jobId)).toMatchObject({ status: 'completed', error: null })
  }
  let requests = 0
  const gone: string[] = []
  const stop = sandbox.onRequest(({ path }) => {
    if (path !== '/v1/customers') return
    const customers = sandbox.expected('customers')
    const pick = (at: number) => customers[(requests * 31 + at) % customers.length]!.id
    requests++
    sandbox.insert('customers', { email: `new${requests}@example.com` })
    sandbox.update('customers', pick(7), { name: `Changed ${requests}` })
    gone.push(pick(19))
    sandbox.remove('customers', gone.at(-1)!)
    sandbox.advance(1)
  })
  await sync('full')
  expect(requests).toBeGreaterThan(4)
  stop()
  sandbox.advance(5)
  await sync('incremental')
  await expectCopy(query, sandbox, tenantId)
  const back = await query('select id from customers where id = any($1) and deleted_at is null', [gone])
  expect(back).toEqual([])
})

test('of two versions in one second the current one wins, in whatever order their events come', async () => {
  const { handle, query, sandbox } = await openEnv({ sandbox: { now: Date.UTC(2026, 9, 1) / 1_000 } })
  const { tenantId } = jobRequest()
  const sync = (sync_type: string) =>
    handle([JSON.stringify(jobRequest({ tenantId, additionalData: { sync_type, batch_size: 3 } }))])
  await sync('full')
  sandbox.advance(60)
  const ids = sandbox
    .expected('customers')
    .slice(0, 10)
    .map(({ id }) => id)
  for (const name of ['First', 'Second', 'Third']) for (const id of ids) sandbox.update('customers', id, { name })
  await sync('incremental')
  expect(await query('select distinct name from customers where id = any($1)', [ids])).toEqual([{ name: 'Third' }])
})

test('a page larger than an answer may be is read in smaller ones, though each of its items is small enough', async () => {
  const { handle, job, query, sandbox } = await openEnv()
  for (const { id } of sandbox.expected('customers')) sandbox.update('customers', id, { padding: 'x'.repeat(400_000) })
  const request = jobRequest()
  await handle([JSON.stringify(request)])
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '100', attempt: 0, deliveries: 1 })
  // 100 that are too many, 50, and 50, and what splitting the rest costs. None is too large again.
  expect(sandbox.stats().list).toBeLessThanOrEqual(6)
  expect(await query(`select distinct length(raw ->> 'padding') as length from customers`)).toEqual([
    { length: 400_000 },
  ])
})

test('numbers beyond a double are kept in a price that only a subscription shows, and in an object that an event deletes', async () => {
  const { handle, job, query, sandbox } = await openEnv({ sandbox: { customers: 10 } })
  const { tenantId } = jobRequest()
  const sync = async (additionalData: object) => {
    const request = jobRequest({ tenantId, additionalData })
    await handle([JSON.stringify(request)])
    expect(await job(request.jobId)).toMatchObject({ status: 'completed', rejected: '0' })
  }
  const price = `{"id":"price_inline","object":"price","unit_amount":9007199254740993,"custom":[0.1,1e400]}`
  const lists: Record<string, string> = {
    '/v1/subscriptions': `[{"id":"sub_1","object":"subscription","created":1700000000,"customer":"cus_1",
      "items":{"object":"list","has_more":false,"data":[{"id":"si_1","price":null},{"id":"si_2","price":${price}}]}}]`,
    '/v1/invoices': `[]`,
    '/v1/prices': `[]`,
  }
  for (const [path, json] of Object.entries(lists)) sandbox.fail({ kind: 'items', path, items: () => json })
  await sync({ resources: ['prices', 'subscriptions'] })
  expect(await query('select raw = $1::jsonb as exact, inline from prices', [price])).toEqual([
    { exact: true, inline: true },
  ])
  const gone = `{"id":"cus_gone","object":"customer","created":1700000000,"balance":9007199254740993}`
  await sync({ resources: ['customers'] })
  sandbox.advance(60)
  const at = sandbox.now()
  const event = `{"id":"evt_1","object":"event","type":"customer.deleted","api_version":"${apiVersion}","created":${at},"data":{"object":${gone}}}`
  sandbox.fail({ kind: 'items', path: '/v1/events', items: () => `[${event}]` })
  await sync({ resources: ['customers'], sync_type: 'incremental' })
  expect(
    await query(
      `select raw = $1::jsonb as exact, deleted_at is not null as deleted from customers where id = 'cus_gone'`,
      [gone],
    ),
  ).toEqual([{ exact: true, deleted: true }])
})

const hostile = [
  `'; drop table customers; --`,
  `" or "1"="1`,
  `1); delete from sync_jobs; --`,
  `$$; select pg_sleep(10); $$`,
  `\\'; copy customers to program 'true'; --`,
  `x' union select usename, passwd from pg_shadow --`,
  `{a,b}`,
  `%s%n$1\${7*7}`,
  `/* */ -- \n ;`,
  `\u2019 or 1=1 \ufe0f`,
]

test('SQL in ids, texts and keys is stored as text, and is never run', async () => {
  const { handle, job, query, sandbox } = await openEnv({ sandbox: { customers: 30 } })
  const tables = () =>
    query(`select table_name, column_name from information_schema.columns where table_schema = 'public' order by 1, 2`)
  const before = await tables()
  const items: StripeObject[] = []
  sandbox.fail({
    kind: 'items',
    path: '/v1/customers',
    items: (objects) =>
      objects.map((item, at) => {
        const text = hostile[at]
        if (text === undefined) return item
        const changed = { ...item, id: `cus_${text}`, name: text, email: text, metadata: { [text]: text } }
        items.push(changed)
        return changed
      }),
  })
  const request = jobRequest({ additionalData: { batch_size: 100 } })
  await handle([JSON.stringify(request)])
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '30', rejected: '0' })
  for (const item of items)
    expect(await query('select name, email, raw, metadata from customers where id = $1', [item.id])).toEqual([
      { name: item.name, email: item.email, raw: item, metadata: item.metadata },
    ])
  expect(items).toHaveLength(hostile.length)
  expect(await tables()).toEqual(before)
})

test.each(['not-a-list', 'error-in-200', 'empty-body'] as const)(
  'what comes instead of one object that was asked for is not taken for it: %s',
  async (kind) => {
    const { handle, job, query, sandbox } = await setup({ sandbox: { customers: 20 } })
    const { tenantId } = jobRequest()
    await handle([JSON.stringify(jobRequest({ tenantId }))])
    const { id } = sandbox.expected('customers')[0]!
    sandbox.advance(60)
    // Two events of one second: the object is asked for as it is now.
    sandbox.update('customers', id, { name: 'One' })
    sandbox.update('customers', id, { name: 'Two' })
    sandbox.advance(60)
    sandbox.fail({ kind, path: `/v1/customers/${id}`, times: 1 })
    const request = jobRequest({ tenantId, additionalData: { sync_type: 'incremental' } })
    await handle([JSON.stringify(request)])
    expect(await job(request.jobId)).toMatchObject({ status: 'completed', rejected: '0' })
    expect(await query('select name from customers where id = $1', [id])).toEqual([{ name: 'Two' }])
  },
)
