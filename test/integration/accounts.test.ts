import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { openSandbox, type Sandbox } from '../../src/sandbox/stripe/index.ts'

import { createRandom } from '../support/random.ts'
import { context, jobRequest, type RequestFields, setup, sqsEvent } from '../support/setup.ts'
import type { SqsWorker } from '../support/sqs-worker.ts'

/*
 * One tenant, several Stripe accounts: rows do not say whose they are, so no job of one account may take the absence of
 * another's rows for a deletion.
 */

const note = 'account changed: nothing was reconciled'
const all = { resources: undefined }

interface Endpoint {
  readonly sandbox: Sandbox
  readonly key: string
  readonly live: boolean
  readonly worker: SqsWorker
}

/** A tenant, and a worker for each account that its messages may be about; each account has a server of its own. */
async function open(settings: Readonly<Record<string, string>> = {}) {
  const parts = await setup({ sandbox: { customers: 1 }, settings })
  const tenantId = randomUUID()
  const closing: (() => Promise<unknown>)[] = []
  async function account(id: string, seed: number, key: string): Promise<Endpoint> {
    const sandbox = await openSandbox({ customers: 30, seed, limits: 'none', account: id, restrictedAccount: true })
    closing.push(sandbox.close)
    const worker = await parts.openWorker({ Stripe__ApiBase: sandbox.url })
    return { sandbox, key, live: key.includes('_live_'), worker }
  }
  async function sync(
    { sandbox, key, worker }: Endpoint,
    { remainingMs = 900_000, ...fields }: RequestFields & { remainingMs?: number } = {},
  ) {
    const request = jobRequest({ tenantId, accessToken: key, ...fields })
    const before = sandbox.stats().requests
    await worker.handle(sqsEvent([JSON.stringify(request)]), context(remainingMs))
    const row = await parts.job(request.jobId)
    return { row, result: row?.result as SyncJobResult, requests: sandbox.stats().requests - before, request }
  }
  /** A worker that falls silent after so many pages and loses its lease; the job is as its last commit left it. */
  async function kill({ sandbox, key, worker }: Endpoint, fields: RequestFields, pages: number) {
    const request = jobRequest({ tenantId, accessToken: key, ...fields })
    const heal = sandbox.fail({ kind: 'hang', path: /^\/v1\/(customers|events)/, after: pages })
    const running = worker.handle(sqsEvent([JSON.stringify(request)]), context(900_000))
    // Half a second, or as long as a busy machine takes for the first commit.
    for (let waits = 0; waits < 30; waits++) {
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 100))])
      if (waits >= 3 && (pages === 0 || Number((await parts.job(request.jobId))?.fetched) > 0)) break
    }
    heal()
    await parts.query(
      `update sync_jobs set lease_until = now() - interval '1 second', fence = fence + 1 where id = $1 and status = 'running'`,
      [request.jobId],
    )
    return { request, running }
  }
  const liveIds = async (table = 'customers') =>
    (
      await parts.query(`select id from ${table} where tenant_id = $1 and deleted_at is null order by id`, [tenantId])
    ).map(({ id }) => String(id))
  const idsOf = (...endpoints: readonly Endpoint[]) =>
    endpoints.flatMap(({ sandbox, live }) => sandbox.expected('customers', live).map(({ id }) => id)).sort()
  return {
    ...parts,
    tenantId,
    account,
    sync,
    kill,
    liveIds,
    idsOf,
    close: () => Promise.all(closing.map((end) => end())),
  }
}

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

test('the first key of a tenant costs one request more, and is known from then on', async () => {
  const { account, sync, query, tenantId, close } = await open()
  const a = await account('acct_A', 1, 'sk_live_a')
  const first = await sync(a)
  expect(first.row).toMatchObject({ status: 'completed', account: 'acct_A' })
  expect(first.result.note).toBeUndefined()
  const second = await sync(a)
  expect(first.requests - second.requests).toBe(1)
  const rotated = await sync({ ...a, key: 'sk_live_a2' })
  expect(rotated.row).toMatchObject({ status: 'completed', account: 'acct_A' })
  expect(rotated.result.note).toBeUndefined()
  const known = await query('select account, credential from sync_accounts where tenant_id = $1', [tenantId])
  expect(known).toEqual([{ account: 'acct_A', credential: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  expect(await query('select account from sync_cursors where tenant_id = $1', [tenantId])).toEqual([
    { account: 'acct_A' },
  ])
  await close()
})

const changes: Readonly<Record<string, readonly [string, string]>> = {
  'another account': ['acct_B', 'sk_live_b'],
  'the same account in test mode': ['acct_A', 'sk_test_a'],
  'a connected account': ['acct_A', 'acct_C'],
}
test.each(Object.entries(changes))(
  'a full job of %s deletes nothing of the first, and says so',
  async (_, [id, key]) => {
    const { account, sync, liveIds, idsOf, close } = await open()
    const a = await account('acct_A', 1, 'sk_live_a')
    const b = { ...(await account(id, 2, key)), live: !key.includes('_test_') }
    await sync(a)
    const other = await sync(b)
    expect(other.row).toMatchObject({ status: 'completed', deleted: '0' })
    expect(other.result.note).toBe(note)
    expect(other.result.resources.customers).not.toHaveProperty('proof')
    expect(await liveIds()).toEqual(idsOf(a, b))
    // Nor does the first one's next job, though no cursor and no job stands between.
    const again = await sync(a)
    expect(again.result).toMatchObject({ status: 'completed', note })
    expect(await liveIds()).toEqual(idsOf(a, b))
    await close()
  },
)

test('an incremental job of another account becomes a full one with the note; one that has a cursor follows it', async () => {
  const { account, sync, liveIds, idsOf, close } = await open()
  const [a, b] = [await account('acct_A', 1, 'sk_live_a'), await account('acct_B', 2, 'sk_live_b')]
  const incremental = { additionalData: { ...all, sync_type: 'incremental' } }
  await sync(a, { additionalData: all })
  const first = await sync(b, incremental)
  expect(first.result).toMatchObject({
    syncType: 'full',
    note: `there was no cursor yet: everything was read; ${note}`,
  })
  expect(await liveIds()).toEqual(idsOf(a, b))
  const back = await sync(a, incremental)
  expect(back.result).toMatchObject({ syncType: 'incremental', note })
  expect(await liveIds()).toEqual(idsOf(a, b))
  await close()
})

test('restricted keys that may not ask count as an account each', async () => {
  const { account, sync, liveIds, idsOf, query, tenantId, close } = await open()
  const a = await account('acct_A', 1, 'rk_live_a')
  const b = await account('acct_B', 2, 'rk_live_b')
  const first = await sync(a)
  expect(first.row).toMatchObject({ status: 'completed', account: expect.stringMatching(/^key_[0-9a-f]{24}$/) })
  expect((await sync(a)).result.resources.customers?.proof).toMatchObject({ equal: true })
  expect((await sync(b)).result.note).toBe(note)
  expect(await liveIds()).toEqual(idsOf(a, b))
  const known = await query('select account from sync_accounts where tenant_id = $1', [tenantId])
  expect(known).toHaveLength(2)
  await close()
})

test('a job that is taken up again with the key of another account fails, and its rows stay', async () => {
  const { account, sync, kill, liveIds, idsOf, query, close } = await open({ Worker__LeaseSeconds: '2' })
  const [a, b] = [await account('acct_A', 1, 'sk_live_a'), await account('acct_B', 2, 'sk_live_b')]
  const paged = { additionalData: { batch_size: 10 } }
  const { request, running } = await kill(a, paged, 1)
  const stored = await liveIds()
  expect(stored).toHaveLength(10)
  const wrong = await sync(b, { ...paged, jobId: request.jobId })
  expect(wrong.row).toMatchObject({ status: 'failed', account: 'acct_A', error: { code: 'account_mismatch' } })
  expect(await liveIds()).toEqual(stored)
  expect(idsOf(a)).toEqual(expect.arrayContaining(stored))
  expect(await query('select count(*)::int as n from sync_cursors')).toEqual([{ n: 0 }])
  await running
  await close()
})

test('a job that is taken up again with a restricted key that may not ask starts over', async () => {
  const { account, sync, kill, liveIds, idsOf, close } = await open({ Worker__LeaseSeconds: '2' })
  const [a, b] = [await account('acct_A', 1, 'sk_live_a'), await account('acct_B', 2, 'rk_live_b')]
  const paged = { additionalData: { batch_size: 10 } }
  const { request, running } = await kill(a, paged, 1)
  const stored = await liveIds()
  const resumed = await sync(b, { ...paged, jobId: request.jobId })
  expect(resumed.result).toMatchObject({ status: 'completed', note })
  // What was read of the first account stays, and the second is there as a whole.
  expect(await liveIds()).toEqual([...new Set([...stored, ...idsOf(b)])].sort())
  await running
  await close()
})

test('a secret key that is refused its own account is tried again, and counts as no other account', async () => {
  const { account, sync, query, tenantId, close } = await open()
  const a = await account('acct_A', 1, 'sk_live_a')
  await sync(a)
  a.sandbox.fail({ kind: 'missing-scope', path: '/v1/account', times: 1 })
  expect((await sync({ ...a, key: 'sk_live_a2' })).result.note).toBeUndefined()
  expect(await query('select account from sync_accounts where tenant_id = $1', [tenantId])).toEqual([
    { account: 'acct_A' },
  ])
  await close()
})

describe('rows from before accounts were asked for', () => {
  async function upgraded() {
    const parts = await open()
    const a = await parts.account('acct_A', 1, 'sk_live_a')
    await parts.sync(a)
    const { query, tenantId } = parts
    await query(`update sync_cursors set account = 'own live' where tenant_id = $1`, [tenantId])
    await query(`update sync_accounts set account = 'own live', credential = null where tenant_id = $1`, [tenantId])
    await query('update sync_jobs set account = null where tenant_id = $1', [tenantId])
    return { ...parts, a }
  }

  test('are taken over by the account that lists them', async () => {
    const { a, sync, query, tenantId, close } = await upgraded()
    const gone = a.sandbox.expected('customers')[7]
    a.sandbox.remove('customers', String(gone?.id), { silent: true })
    const next = await sync(a)
    expect(next.result.note).toBeUndefined()
    expect(next.result.resources.customers).toMatchObject({ deleted: 1, proof: { equal: true } })
    expect(await query('select account from sync_accounts where tenant_id = $1', [tenantId])).toEqual([
      { account: 'acct_A' },
    ])
    await close()
  })

  test('are not taken over by an account that only has a coupon of the same name', async () => {
    const { a, account, sync, liveIds, idsOf, query, tenantId, close } = await upgraded()
    const b = await account('acct_B', 2, 'sk_live_b')
    for (const { sandbox } of [a, b]) sandbox.insert('coupons', { id: 'SUMMER' }, { silent: true })
    await sync(a, { additionalData: { resources: ['customers', 'coupons'] } })
    await query(`update sync_accounts set account = 'own live', credential = null where tenant_id = $1`, [tenantId])
    for (let time = 0; time < 3; time++)
      expect((await sync(b, { additionalData: { resources: ['customers', 'coupons'] } })).result.note).toBe(note)
    expect(await liveIds()).toEqual(idsOf(a, b))
    await close()
  })

  test('are taken over also where the first pages have only new objects', async () => {
    const { a, sync, query, tenantId, close } = await upgraded()
    for (let n = 0; n < 12; n++) a.sandbox.insert('customers', {}, { silent: true })
    expect((await sync(a, { additionalData: { batch_size: 10 } })).result.note).toBeUndefined()
    expect(await query('select account from sync_accounts where tenant_id = $1', [tenantId])).toEqual([
      { account: 'acct_A' },
    ])
    await close()
  })

  test('are left alone by an account that does not', async () => {
    const { a, account, sync, liveIds, idsOf, close } = await upgraded()
    const b = await account('acct_B', 2, 'sk_live_b')
    for (let time = 0; time < 2; time++) expect((await sync(b)).result.note).toBe(note)
    expect(await liveIds()).toEqual(idsOf(a, b))
    await close()
  })
})

test('two accounts, two modes and a forgotten token, in any order, killed and resumed: no row is lost (10 seeds)', {
  timeout: 300_000,
}, async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { account, sync, kill, liveIds, idsOf, query, tenantId, close } = await open({
      Stripe__ApiKeyTenant: randomUUID(),
      Worker__LeaseSeconds: '2',
    })
    const random = createRandom(seed)
    const accounts = [
      await account('acct_A', seed * 10 + 1, 'sk_live_a'),
      await account('acct_B', seed * 10 + 2, 'sk_live_b'),
      await account('acct_A', seed * 10 + 3, 'sk_test_a'),
    ]
    const read = new Set<Endpoint>()
    for (let n = 0; n < 12; n++) {
      const endpoint = random.pick(accounts)
      const syncType = random.pick(['full', 'incremental'])
      const fate = random.pick(['whole', 'killed', 'forgotten'])
      const additionalData = { resources: ['customers', 'products'], sync_type: syncType, batch_size: 10 }
      if (fate === 'forgotten') {
        const { row } = await sync(endpoint, { additionalData, accessToken: undefined })
        expect(row).toMatchObject({ status: 'failed', error: { code: 'no_credentials' } })
        continue
      }
      read.add(endpoint)
      if (fate === 'killed') {
        const { request, running } = await kill(endpoint, { additionalData }, random.below(4))
        // Another job of the tenant may come between.
        if (random.below(2) === 0) {
          const between = random.pick(accounts)
          read.add(between)
          await sync(between, { additionalData })
        }
        await sync(endpoint, { additionalData, jobId: request.jobId })
        await running
      } else await sync(endpoint, { additionalData })
      const stored = await query('select id from customers where tenant_id = $1 and deleted_at is not null', [tenantId])
      expect({ seed, n, fate, deleted: stored }).toEqual({ seed, n, fate, deleted: [] })
    }
    expect({ seed, ids: await liveIds() }).toEqual({ seed, ids: idsOf(...read) })
    await close()
  }
})
