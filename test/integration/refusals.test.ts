import { expect, test } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import type { RequestSeen } from '../../src/sandbox/server/traffic.ts'
import type { FailureRule } from '../../src/sandbox/stripe/failure.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

/*
 * A refusal gives up no more than it concerns: an object, or a resource of which nothing has been read.
 */

const key = 'rk_live_refused_restricted_key'

interface Rejected {
  readonly resource: string
  readonly item_key: string
  readonly code: string
  readonly reason: string
}

async function openEnv({ sandbox, ...options }: SetupOptions = {}) {
  const parts = await setup({
    ...options,
    sandbox: { customers: 60, now: Date.UTC(2026, 9, 1) / 1_000, ...sandbox },
    settings: { Worker__MaxRetries: '1', Worker__RetryDelaySeconds: '1', ...options.settings },
  })
  const { tenantId } = jobRequest()
  const send = (resources: readonly string[], syncType: 'full' | 'incremental' = 'full') =>
    jobRequest({ tenantId, accessToken: key, additionalData: { resources, sync_type: syncType } })
  return {
    ...parts,
    tenantId,
    request: send,
    /** Runs one job to its end. */
    async sync(resources: readonly string[], syncType: 'full' | 'incremental' = 'full') {
      const request = send(resources, syncType)
      await parts.deliver(request)
      const row = await parts.job(request.jobId)
      expect(row).toMatchObject({ status: 'completed', error: null })
      return row?.result as SyncJobResult
    },
    rejects: () =>
      parts.query<Rejected>('select resource, item_key, code, reason from sync_rejects order by resource, item_key'),
    live: async (table: string) =>
      (await parts.query<{ id: string }>(`select id from ${table} where deleted_at is null order by id`)).map(
        ({ id }) => id,
      ),
  }
}

type Env = Awaited<ReturnType<typeof openEnv>>

const refusals: Readonly<Record<string, FailureRule>> = {
  '403 for want of a permission': { kind: 'missing-scope' },
  '400 without a code': { kind: 'not-enabled' },
  '400 with a code': { kind: 'not-enabled', code: 'climate_not_enabled' },
  '404 without a code': { kind: 'error', status: 404 },
  '402 with a code': { kind: 'error', status: 402, error: { code: 'payment_required' } },
}

for (const [title, failure] of Object.entries(refusals)) {
  test(`a list that is refused from its first page is skipped, and the others are read: ${title}`, async () => {
    const { sync, sandbox, live } = await openEnv()
    sandbox.fail({ ...failure, path: '/v1/climate/products' })
    const { resources } = await sync(['customers', 'climate_products', 'coupons'])
    expect(resources.climate_products).toMatchObject({ fetched: 0, skipped: { message: expect.any(String) } })
    expect(resources.customers).toMatchObject({ fetched: 60, proof: { equal: true } })
    expect(await live('coupons')).toEqual(
      sandbox
        .expected('coupons')
        .map(({ id }) => id)
        .toSorted(),
    )
  })

  test(`a list of which a page has been read is not skipped: the job fails, and goes on later: ${title}`, async () => {
    const { request, deliver, handle, job, sandbox, tenantId, query, live } = await openEnv({
      sandbox: { customers: 250 },
    })
    const allow = sandbox.fail({ ...failure, path: '/v1/customers', after: 1 })
    const message = request(['customers', 'coupons'])
    await handle([JSON.stringify(message)])
    expect(await job(message.jobId)).toMatchObject({ status: 'retrying', error: { retryable: true } })
    expect(await live('customers')).toHaveLength(100)
    await handle([JSON.stringify(message)])
    expect(await job(message.jobId)).toMatchObject({ status: 'failed', result: { status: 'failed' } })
    allow()
    const next = jobRequest({ tenantId, accessToken: key, additionalData: { resources: ['customers', 'coupons'] } })
    await deliver(next)
    expect(await job(next.jobId)).toMatchObject({ status: 'completed' })
    expect(await live('customers')).toHaveLength(250)
    expect(await query('select count(*)::int from sync_rejects')).toEqual([{ count: 0 }])
  })

  test(`a page that is refused once costs a request: ${title}`, async () => {
    const { sync, sandbox, live } = await openEnv({ sandbox: { customers: 250 } })
    sandbox.fail({ ...failure, path: '/v1/customers', after: 1, times: 1 })
    expect((await sync(['customers'])).resources.customers).toMatchObject({ proof: { equal: true } })
    expect(await live('customers')).toHaveLength(250)
  })

  test(`one object whose nested list is refused is rejected, and stored once it may be read: ${title}`, async () => {
    const { sync, sandbox, rejects, live, query } = await openEnv()
    const parent = await parentOfRequest(
      { sandbox, sync },
      'invoices',
      ({ path }) => path.match(/^\/v1\/invoices\/(in_\w+)\/lines$/)?.[1],
    )
    await query('truncate invoices, invoice_lines, sync_cursors')
    const allow = sandbox.fail({ ...failure, path: new RegExp(`^/v1/invoices/${parent}/lines`) })
    const { resources } = await sync(['invoices', 'coupons'])
    const all = sandbox.expected('invoices').map(({ id }) => id)
    expect(resources.invoices).toMatchObject({ fetched: all.length, rejected: 1, proof: { equal: true } })
    expect(await live('invoices')).toEqual(all.filter((id) => id !== parent).toSorted())
    expect(await rejects()).toMatchObject([{ resource: 'invoices', item_key: parent, reason: expect.any(String) }])
    allow()
    await sync(['invoices', 'coupons'])
    expect(await rejects()).toEqual([])
    expect(await live('invoices')).toEqual(all.toSorted())
  })

  test(`one changed object that may not be fetched is rejected, and the others are applied: ${title}`, async () => {
    const { sync, sandbox, rejects, query } = await openEnv()
    await sync(['customers', 'coupons'])
    const [refused, other, third] = sandbox.expected('customers').map(({ id }) => id)
    sandbox.advance(3_600)
    // Two changes in one second are told apart by fetching the object.
    for (const name of ['first', 'second'])
      for (const id of [refused!, other!]) sandbox.update('customers', id, { name })
    sandbox.update('customers', third!, { name: 'second' })
    sandbox.fail({ ...failure, path: `/v1/customers/${refused}` })
    const { resources } = await sync(['customers', 'coupons'], 'incremental')
    expect(resources.customers).toMatchObject({ rejected: 1, updated: 2 })
    expect(await rejects()).toMatchObject([{ resource: 'customers', item_key: refused }])
    const changed = await query<{ id: string }>(`select id from customers where name = 'second'`)
    expect(changed.map(({ id }) => id).toSorted()).toEqual([other, third].toSorted())
  })
}

test('one subscription whose items are refused is rejected, and the others are stored with their items', async () => {
  const { sync, sandbox, rejects, live, query } = await openEnv()
  const itemsOf = ({ path, query: { subscription } }: RequestSeen) =>
    path === '/v1/subscription_items' ? subscription : undefined
  const refused = await parentOfRequest({ sandbox, sync }, 'subscriptions', itemsOf)
  await query('truncate subscriptions, subscription_items, sync_cursors')
  sandbox.fail({ kind: 'missing-scope', path: new RegExp(`^/v1/subscription_items\\?.*${refused}`) })
  const { resources } = await sync(['subscriptions', 'coupons'])
  const others = sandbox.expected('subscriptions').filter(({ id }) => id !== refused)
  expect(resources.subscriptions).toMatchObject({ created: others.length, rejected: 1, proof: { equal: true } })
  expect(await live('subscriptions')).toEqual(others.map(({ id }) => id).toSorted())
  expect(await live('subscription_items')).toEqual(
    sandbox
      .expectedNested('subscription_items')
      .flatMap(({ parent, row }) => (parent === refused ? [] : [row.id]))
      .toSorted(),
  )
  expect(await rejects()).toEqual([
    {
      resource: 'subscriptions',
      item_key: refused,
      code: 'permission_denied',
      reason: expect.stringMatching(/Stripe says: ".+" Give the key the permission rak_\w+_read\.$/),
    },
  ])
})

test('a subscription that is deleted before its items are requested is no refusal', async () => {
  const { sync, sandbox, rejects } = await openEnv()
  const itemsOf = ({ path, query: { subscription } }: RequestSeen) =>
    path === '/v1/subscription_items' ? subscription : undefined
  const deleted = await parentOfRequest({ sandbox, sync }, 'subscriptions', itemsOf)
  sandbox.fail({
    kind: 'error',
    status: 400,
    error: { code: 'resource_missing', param: 'subscription', message: `No such subscription: '${deleted}'` },
    path: new RegExp(`^/v1/subscription_items\\?.*${deleted}`),
  })
  const { resources } = await sync(['subscriptions', 'coupons'])
  expect(resources.subscriptions).toMatchObject({ rejected: 0 })
  expect(await rejects()).toEqual([])
})

for (const [title, failure] of Object.entries({
  'with a code': { kind: 'error', status: 400, error: { code: 'resource_missing', param: 'starting_after' } },
  'without a code': { kind: 'no-such-cursor' },
  'without a code or a parameter': { kind: 'error', status: 404 },
} satisfies Record<string, FailureRule>)) {
  test(`a cursor whose object is gone restarts the slice, refused ${title}`, async () => {
    const { sync, sandbox, live } = await openEnv({ sandbox: { customers: 250 } })
    sandbox.fail({ ...failure, path: /^\/v1\/customers\?.*starting_after/, times: 1 })
    expect((await sync(['customers'])).resources.customers).toMatchObject({ proof: { equal: true } })
    expect(await live('customers')).toHaveLength(250)
  })

  test(`a cursor whose event is gone restarts the feed, refused ${title}`, async () => {
    const { sync, sandbox, query } = await openEnv({ sandbox: { customers: 150 } })
    await sync(['customers', 'coupons'])
    for (const { id } of sandbox.expected('customers')) {
      sandbox.advance(1)
      sandbox.update('customers', id, { name: 'Changed' })
    }
    sandbox.fail({ ...failure, path: /^\/v1\/events\?.*starting_after/, times: 1 })
    await sync(['customers', 'coupons'], 'incremental')
    expect(await query(`select count(*)::int from customers where name = 'Changed'`)).toEqual([{ count: 150 }])
  })
}

test('an incremental job whose key may not read the events fails in words, and no cursor moves', async () => {
  const { sync, sandbox, query, request, handle, job } = await openEnv()
  await sync(['customers'])
  const cursors = () => query('select resource, cursor from sync_cursors order by 1')
  const before = await cursors()
  sandbox.advance(3_600)
  sandbox.fail({ kind: 'missing-scope', path: '/v1/events' })
  const incremental = request(['customers'], 'incremental')
  await handle([JSON.stringify(incremental)])
  expect(await job(incremental.jobId)).toMatchObject({
    status: 'failed',
    error: {
      code: 'permission_denied',
      message: expect.stringMatching(/^job: an incremental job needs the events\. .* Give the key the permission /),
      retryable: false,
    },
  })
  expect(await cursors()).toEqual(before)
})

test("a skip has the provider's sentence and the name of the permission, and nothing of the key", async () => {
  const { sync, sandbox } = await openEnv()
  sandbox.fail({ kind: 'missing-scope', path: '/v1/coupons' })
  const { skipped } = (await sync(['customers', 'coupons'])).resources.coupons ?? {}
  expect(skipped?.message).toContain('does not have the required permissions for this endpoint')
  expect(skipped?.message).toMatch(/ Give the key the permission rak_coupon_read\.$/)
  expect(skipped?.message).not.toContain(key.slice(-4))
})

/** The first parent that `parentIn` finds in the requests of a job about the resource. */
async function parentOfRequest(
  { sandbox, sync }: Pick<Env, 'sandbox' | 'sync'>,
  resource: string,
  parentIn: (request: RequestSeen) => string | undefined,
): Promise<string> {
  await sync([resource, 'coupons'])
  const [parent] = sandbox.requests.flatMap((request) => parentIn(request) ?? [])
  if (!parent) throw new Error(`the job requested no nested list of ${resource}`)
  return parent
}
