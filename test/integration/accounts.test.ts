import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { collectLog } from '../support/collected-log.ts'
import { jobRequest, setup } from '../support/setup.ts'
import { openTenant } from './several-accounts.ts'

/*
 * One tenant, several Stripe accounts. Each account has its own rows, cursor and lease, and no job of one touches another's.
 */

const all = { resources: undefined }
const incremental = { additionalData: { ...all, sync_type: 'incremental' } }

describe('a message without a token', () => {
  test('is read with the configured key for the tenant that Stripe.ApiKeyTenant names', async () => {
    const { tenantId } = jobRequest()
    const { deliver, job } = await setup({ settings: { Stripe__ApiKeyTenant: tenantId.toUpperCase() } })
    const request = jobRequest({ tenantId, accessToken: undefined })
    await deliver(request)
    expect(await job(request.jobId)).toMatchObject({ status: 'completed', fetched: '250', account: 'acct_sandbox' })
  })

  test.each([{ Stripe__ApiKeyTenant: randomUUID() }, {}])(
    'fails for any other tenant, with the sentence what to send',
    async (settings) => {
      const { deliver, job, query, sandbox } = await setup({ settings })
      const stored = jobRequest()
      await deliver(stored)
      const before = sandbox.stats().requests
      const forgotten = jobRequest({ tenantId: stored.tenantId, accessToken: undefined })
      expect(await deliver(forgotten)).toEqual({ batchItemFailures: [] })
      const failed = await job(forgotten.jobId)
      expect(failed).toMatchObject({ status: 'failed', error: { code: 'no_credentials', retryable: false } })
      expect(failed?.error).toHaveProperty(
        'message',
        expect.stringMatching(/^stripe: the message has no accessToken\. Send .+Stripe\.ApiKeyTenant names\.$/),
      )
      expect(sandbox.stats().requests).toBe(before)
      const rows = await query(
        'select count(*)::int as live from customers where tenant_id = $1 and deleted_at is null',
        [stored.tenantId],
      )
      expect(rows).toEqual([{ live: 250 }])
    },
  )
})

test('the first job of a key costs one request more, and its account is known from then on', async () => {
  const { account, sync, query, tenantId } = await openTenant()
  const a = await account('acct_A', 1, 'sk_live_a')
  const first = await sync(a)
  expect(first.row).toMatchObject({ status: 'completed', account: 'acct_A' })
  expect(first.result).toMatchObject({ account: 'acct_A' })
  const second = await sync(a)
  expect(first.requests - second.requests).toBe(1)
  const rotated = await sync({ ...a, key: 'sk_live_a2' })
  expect(rotated.row).toMatchObject({ status: 'completed', account: 'acct_A' })
  const known = await query(
    'select account, mode, credential, began_at is not null as began from sync_accounts where tenant_id = $1',
    [tenantId],
  )
  expect(known).toEqual([
    { account: 'acct_A', mode: 'live', credential: expect.stringMatching(/^[0-9a-f]{64}$/), began: true },
  ])
  expect(await query('select account from sync_cursors where tenant_id = $1', [tenantId])).toEqual([
    { account: 'acct_A' },
  ])
})

test('each line of a job names its account from when it is known, and that of a commit how long it took', async () => {
  const log = collectLog()
  const { deliver } = await setup({ log })
  const first = jobRequest()
  const began = performance.now()
  for (const request of [first, jobRequest({ tenantId: first.tenantId })]) await deliver(request)
  const took = performance.now() - began
  const commits = log.lines().filter(({ event }) => event === 'batch_committed')
  for (const { ms } of commits) expect(ms).toBeLessThanOrEqual(Math.ceil(took))
  const accounts = log
    .lines()
    .filter(({ event }) => event === 'job_started' || event === 'batch_committed' || event === 'job_completed')
    .map(({ event, account }) => [event, account])
  expect(accounts.filter(([event]) => event === 'job_started').map(([, account]) => account)).toEqual([
    undefined,
    undefined,
  ])
  for (const [event, account] of accounts) if (event !== 'job_started') expect(account).toBe('acct_sandbox')
  expect(accounts.at(-1)).toEqual(['job_completed', 'acct_sandbox'])
})

const others: Readonly<Record<string, readonly [string, string]>> = {
  'another account': ['acct_B', 'sk_live_b'],
  'the same account in test mode': ['acct_A', 'sk_test_a'],
  'a connected account': ['acct_C', 'acct_C'],
}
describe.each(Object.entries(others))('beside %s', (_, [id, key]) => {
  test('full and incremental jobs of both are exact, in either order', async () => {
    const { account, sync, liveIds, idsOf } = await openTenant()
    const a = await account('acct_A', 1, 'sk_live_a')
    const b = await account(id, 2, key)
    for (const endpoint of [a, b]) {
      const { result, row } = await sync(endpoint)
      expect(row).toMatchObject({ status: 'completed', account: endpoint.name, deleted: '0' })
      expect(result.resources.customers?.proof).toMatchObject({ equal: true })
    }
    expect(await liveIds()).toEqual(idsOf(a, b))
    // A deletion in one account is found by its own job and by no other.
    const gone = String(a.sandbox.expected('customers')[3]?.id)
    a.sandbox.remove('customers', gone, { silent: true })
    expect((await sync(b)).row).toMatchObject({ status: 'completed', deleted: '0' })
    expect((await sync(a)).row).toMatchObject({ status: 'completed', deleted: '1' })
    expect(await liveIds()).toEqual(idsOf(a, b))
  })

  test('each has a cursor of its own', async () => {
    const { account, sync, liveIds, idsOf, query, tenantId } = await openTenant()
    const a = await account('acct_A', 1, 'sk_live_a')
    const b = await account(id, 2, key)
    await sync(a, { additionalData: all })
    const first = await sync(b, incremental)
    expect(first.result).toMatchObject({ syncType: 'full', note: 'there was no cursor yet: everything was read' })
    expect((await sync(a, incremental)).result).toMatchObject({ syncType: 'incremental' })
    expect((await sync(b, incremental)).result).toMatchObject({ syncType: 'incremental' })
    expect(await liveIds()).toEqual(idsOf(a, b))
    const cursors = await query('select distinct account from sync_cursors where tenant_id = $1 order by 1', [tenantId])
    expect(cursors.map((cursor) => cursor.account)).toEqual([a.name, b.name].sort())
  })
})

test('two accounts of a tenant are synced at the same time; two jobs of one account wait for each other', async () => {
  const { account, sync, query } = await openTenant()
  const [a, b] = [await account('acct_A', 1, 'sk_live_a'), await account('acct_B', 2, 'sk_live_b')]
  await sync(a)
  const heal = a.sandbox.fail({ kind: 'hang', path: '/v1/customers', after: 0 })
  const first = sync(a)
  const running = () => query(`select account from sync_jobs where status = 'running'`)
  await expect.poll(running).toEqual([{ account: 'acct_A' }])
  expect((await sync(b)).row).toMatchObject({ status: 'completed', account: 'acct_B' })
  const waiting = await sync(a)
  expect(waiting.row).toMatchObject({ status: 'pending', account: 'acct_A', stalled: 0, attempt: 0 })
  heal()
  // While the other job lives, this one is refused at its claim; the other one's worker dies, and it takes the account.
  expect((await sync(a, { jobId: waiting.request.jobId })).row).toMatchObject({ status: 'pending' })
  await query(`update sync_jobs set lease_until = now() - interval '1 s', fence = fence + 1 where status = 'running'`)
  expect((await sync(a, { jobId: waiting.request.jobId })).row).toMatchObject({ status: 'completed' })
  expect((await first).row).toMatchObject({ status: 'paused' })
})

describe('a key that may not ask which account it belongs to', () => {
  test('fails where nothing tells, and writes nothing', async () => {
    const { account, sync, query, tenantId } = await openTenant()
    const a = await account('acct_A', 1, 'rk_live_a')
    const { row } = await sync(a)
    expect(row).toMatchObject({ status: 'failed', account: null, error: { code: 'account_unknown' } })
    expect(row?.error).toHaveProperty('message', expect.stringContaining('name the "account" in the message'))
    expect(await query('select 1 from customers where tenant_id = $1', [tenantId])).toEqual([])
  })

  test('reads the account that the message names', async () => {
    const { account, sync } = await openTenant()
    const a = await account('acct_A', 1, 'rk_test_a')
    expect((await sync(a, { account: 'acct_A' })).row).toMatchObject({ status: 'completed', account: 'acct_A:test' })
    // The key is known from then on.
    expect((await sync(a)).row).toMatchObject({ status: 'completed', account: 'acct_A:test' })
  })

  test('reads the account whose stored rows it can see, and no other', async () => {
    const { account, sync, liveIds, idsOf } = await openTenant()
    const [a, b] = [await account('acct_A', 1, 'sk_live_a'), await account('acct_B', 2, 'sk_live_b')]
    await sync(a)
    await sync(b)
    expect((await sync({ ...a, key: 'rk_live_a' })).row).toMatchObject({ status: 'completed', account: 'acct_A' })
    expect((await sync({ ...b, key: 'rk_live_b' })).row).toMatchObject({ status: 'completed', account: 'acct_B' })
    const c = await account('acct_C', 3, 'rk_live_c')
    expect((await sync(c)).row).toMatchObject({ status: 'failed', error: { code: 'account_unknown' } })
    expect(await liveIds()).toEqual(idsOf(a, b))
  })

  test('reads none where it can see the rows of two', async () => {
    const { account, sync, liveIds, idsOf } = await openTenant()
    // The same seed makes the same objects.
    const [a, b] = [await account('acct_A', 1, 'sk_live_a'), await account('acct_B', 1, 'sk_live_b')]
    await sync(a)
    await sync(b)
    const { row } = await sync({ ...a, key: 'rk_live_a' })
    expect(row).toMatchObject({ status: 'failed', account: null, error: { code: 'account_unknown' } })
    expect(await liveIds()).toEqual(idsOf(a, b))
  })
})

describe('the account that a message names', () => {
  test('must be the one that answers', async () => {
    const { account, sync, query, tenantId } = await openTenant()
    const a = await account('acct_A', 1, 'sk_live_a')
    const { row } = await sync(a, { account: 'acct_B' })
    expect(row).toMatchObject({ status: 'failed', error: { code: 'account_mismatch' } })
    expect(await query('select 1 from customers where tenant_id = $1', [tenantId])).toEqual([])
    // Also where the key is known already, and no request tells.
    await sync(a)
    expect((await sync(a, { account: 'acct_B' })).row).toMatchObject({ error: { code: 'account_mismatch' } })
  })

  test('must agree with a token that names an account', async () => {
    const { account, sync } = await openTenant()
    const c = await account('acct_C', 1, 'acct_C')
    const { row, requests } = await sync(c, { account: 'acct_B' })
    expect(row).toMatchObject({ status: 'failed', error: { code: 'account_mismatch' } })
    expect(requests).toBe(0)
    expect((await sync(c, { account: 'acct_C' })).row).toMatchObject({ status: 'completed', account: 'acct_C' })
  })
})

test('a key of an organization reads the account that the message names, and says so without', async () => {
  const { account, sync } = await openTenant()
  const a = await account('acct_A', 1, 'sk_org_a')
  const nameless = await sync(a)
  expect(nameless.row).toMatchObject({ status: 'failed', error: { code: 'account_unknown' } })
  expect(nameless.requests).toBe(0)
  expect((await sync(a, { account: 'acct_A' })).row).toMatchObject({ status: 'completed', account: 'acct_A' })
})

test('a job that is taken up again with the key of another account fails, and its rows stay', async () => {
  const { account, sync, kill, liveIds, idsOf, query } = await openTenant({ Worker__LeaseSeconds: '2' })
  const [a, b] = [await account('acct_A', 1, 'sk_live_a'), await account('acct_B', 2, 'sk_live_b')]
  const paged = { additionalData: { batch_size: 10 } }
  const { request, running } = await kill(a, paged, 1)
  const stored = await liveIds()
  expect(stored.acct_A).toHaveLength(10)
  const wrong = await sync(b, { ...paged, jobId: request.jobId })
  expect(wrong.row).toMatchObject({ status: 'failed', account: 'acct_A', error: { code: 'account_mismatch' } })
  expect(await liveIds()).toEqual(stored)
  expect(idsOf(a).acct_A).toEqual(expect.arrayContaining([...(stored.acct_A ?? [])]))
  expect(await query('select count(*)::int as n from sync_cursors')).toEqual([{ n: 0 }])
  await running
})

test('a secret key that is refused its own account is tried again, and counts as no other account', async () => {
  const { account, sync, query, tenantId } = await openTenant()
  const a = await account('acct_A', 1, 'sk_live_a')
  await sync(a)
  a.sandbox.fail({ kind: 'missing-scope', path: '/v1/account', times: 1 })
  expect((await sync({ ...a, key: 'sk_live_a2' })).row).toMatchObject({ status: 'completed', account: 'acct_A' })
  expect(await query('select account from sync_accounts where tenant_id = $1', [tenantId])).toEqual([
    { account: 'acct_A' },
  ])
})
