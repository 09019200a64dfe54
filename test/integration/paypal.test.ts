import { describe, expect, it } from 'vitest'
import { checkRequests } from '../specs/paypal.ts'
import type { Exemption } from '../support/faults.ts'
import { openPayPal } from './paypal-setup.ts'

/* Jobs of an account of PayPal, on a sandbox that is held to PayPal's specifications. */

const hour = 3_600

const isTriedOnce: Exemption = {
  calls: ['database'],
  because: 'Its job is tried once, and fails for what PayPal answers.',
}

describe('an account of PayPal', () => {
  it('is copied row by row by a full job, which says so for each resource, and verify agrees', async () => {
    const { paypal, stack, tenantId, run, differences, verify } = await openPayPal()
    paypal.advance(6 * hour)
    const job = await run()
    expect(job).toMatchObject({ status: 'completed', error: null })
    expect(await differences()).toEqual([])
    const proofs = Object.entries(job.result.resources).map(([name, { proof }]) => [name, proof?.equal])
    expect(Object.fromEntries(proofs)).toMatchObject({
      balance_transactions: true,
      subscriptions: true,
      subscription_items: true,
      products: true,
      prices: true,
      invoices: true,
      disputes: true,
    })
    const [counts] = await stack.query<Record<string, number>>(
      `select (select count(*)::int from customers where tenant_id = $1) as customers,
        (select count(*)::int from payments where tenant_id = $1 and customer_id is not null) as payments,
        (select count(*)::int from refunds where tenant_id = $1 and payment_id is not null) as refunds,
        (select count(*)::int from payouts where tenant_id = $1) as payouts`,
      [tenantId],
    )
    for (const count of Object.values(counts ?? {})) expect(count).toBeGreaterThan(0)
    expect(checkRequests(paypal.requests)).toEqual([])
    expect(await verify()).toEqual([])
  })

  it('has a dispute that is older than 180 days and has changed since, and its counts agree', async () => {
    const { paypal, stack, tenantId, run } = await openPayPal({ transactions: 20, counts: { disputes: 3 } })
    const [old] = ['RESOLVED', 'OPEN'].map((status) => {
      const { object } = paypal.insert('disputes', { status }, { at: paypal.now() - 250 * 24 * hour })
      return String(object.dispute_id)
    })
    paypal.update('disputes', String(old), { status: 'UNDER_REVIEW' })
    paypal.advance(6 * hour)
    expect((await run()).result.resources.disputes).toMatchObject({ proof: { equal: true } })
    const rows = await stack.query<{ id: string; status: string }>(
      `select id, status from disputes where tenant_id = $1 and created_at < now() - interval '200 days'`,
      [tenantId],
    )
    expect(rows).toEqual([{ id: old, status: 'UNDER_REVIEW' }])
  })

  it('is followed by incremental jobs: what is new, settled and late is in the tables', async () => {
    const { paypal, run, differences } = await openPayPal({ transactions: 600 })
    paypal.advance(6 * hour)
    expect(await run()).toMatchObject({ status: 'completed' })
    for (let n = 0; n < 3; n++) paypal.insert('transactions')
    const pending = [...paypal.stored('transactions')].filter(
      ({ object }) => (object.transaction_info as { transaction_status: string }).transaction_status === 'P',
    )
    for (const { key } of pending) paypal.update('transactions', key, { transaction_info: { transaction_status: 'S' } })
    paypal.advance(6 * hour)
    const before = paypal.requests.length
    const job = await run({ sync_type: 'incremental' })
    expect(job).toMatchObject({ status: 'completed', error: null })
    expect(await differences()).toEqual([])
    expect(checkRequests(paypal.requests.slice(before))).toEqual([])
  })

  it('has a subscription that a new transaction names: an incremental job fetches it, a full one lists it', async () => {
    const { paypal, run } = await openPayPal({ transactions: 300, counts: { subscriptions: 10, invoices: 5 } })
    paypal.advance(6 * hour)
    const fetched = (before: number) =>
      paypal.requests
        .slice(before)
        .flatMap(({ path }) => /^\/v1\/billing\/subscriptions\/([^/?]+)/.exec(path)?.[1] ?? [])
    const [before, key] = [paypal.requests.length, [...paypal.stored('subscriptions')][0]?.key]
    expect(await run()).toMatchObject({ status: 'completed' })
    expect(fetched(before)).toEqual([])
    paypal.insert('transactions', {
      transaction_info: { paypal_reference_id: key, paypal_reference_id_type: 'SUB' },
    })
    paypal.advance(6 * hour)
    const next = paypal.requests.length
    expect(await run({ sync_type: 'incremental' })).toMatchObject({ status: 'completed' })
    expect(fetched(next)).toContain(key)
  })

  it('takes few requests when nothing is new', async () => {
    const { paypal, run } = await openPayPal({ transactions: 300, counts: { subscriptions: 10, invoices: 5 } })
    paypal.advance(6 * hour)
    await run()
    await run({ sync_type: 'incremental' })
    const job = await run({ sync_type: 'incremental' })
    expect(job.status).toBe('completed')
    expect(Number(job.requests)).toBeLessThan(20)
  })

  it('has more in a window than PayPal gives: the window is read in halves', async () => {
    const { paypal, run, differences } = await openPayPal({ transactions: 900, maximumItems: 50 })
    paypal.advance(6 * hour)
    const job = await run()
    expect(job).toMatchObject({ status: 'completed', error: null })
    expect(job.result.resources.balance_transactions?.proof?.equal).toBe(true)
    expect(await differences()).toEqual([])
  })

  it('refuses every window: the job fails after few requests, and says why', async () => {
    const { paypal, run } = await openPayPal({ transactions: 60 })
    paypal.fail({ kind: 'result-set-too-large', path: /transactions/ })
    const job = await run({ resources: ['balance_transactions'] })
    expect(job).toMatchObject({ status: 'failed', error: { code: 'window_too_large', retryable: false } })
    expect(paypal.requests.length).toBeLessThan(400)
  })

  it('changes while it is read: a window whose total has moved is read again', async () => {
    const { paypal, run, differences } = await openPayPal({ transactions: 2_000, lag: 0, refreshDelay: 0 })
    let added = 0
    const done = paypal.onRequest(({ path, query }) => {
      if (path === '/v1/reporting/transactions' && query.page === '2' && added++ < 3)
        paypal.insert(
          'transactions',
          {},
          { at: Math.floor(Date.parse(String(query.start_date)) / 1_000) + 60, listedFrom: 0 },
        )
    })
    const job = await run({ resources: ['balance_transactions'], batch_size: 4 })
    done()
    expect(added).toBeGreaterThan(0)
    expect(job).toMatchObject({ status: 'completed', error: null })
    expect(job.result.resources.balance_transactions?.proof?.equal).toBe(true)
    expect((await differences()).filter((difference) => difference.startsWith('balance_transactions'))).toEqual([])
  })

  it.each([
    { kind: 'error', status: 404 },
    { kind: 'html', status: 404 },
  ] as const)(
    'is refused its ledger by a 404 that is not about dates: it is skipped, or read later, and never empty: $kind',
    async (failure) => {
      const { paypal, run, tryOnce } = await openPayPal({ transactions: 600, exempt: isTriedOnce })
      const path = /reporting\/transactions/
      const late = paypal.fail({ ...failure, path, after: 2 })
      expect(await tryOnce()).toMatchObject({ status: 'retrying', error: { code: 'not_found' } })
      late()
      paypal.fail({ ...failure, path })
      const { status, result } = await run()
      expect(status).toBe('completed')
      expect(result.resources.balance_transactions).toMatchObject({ skipped: { code: 'not_found' } })
    },
  )

  it('refuses every list of an incremental job: the job fails, because without a feed it has read nothing', async () => {
    const { paypal, run } = await openPayPal({ transactions: 60 })
    paypal.advance(6 * hour)
    const resources = ['balance_transactions']
    expect(await run({ resources })).toMatchObject({ status: 'completed' })
    paypal.fail({ kind: 'error', status: 404, path: /reporting\/transactions/ })
    paypal.advance(6 * hour)
    expect(await run({ resources, sync_type: 'incremental' })).toMatchObject({
      status: 'failed',
      error: {
        code: 'not_found',
        message: expect.stringContaining('job: none of its resources can be read. Of balance_transactions: '),
      },
    })
  })

  it('answers that it has no data, without a date that can be read: the job is tried again, and no cursor is set', async () => {
    const { paypal, stack, run, tryOnce } = await openPayPal({ transactions: 600, exempt: isTriedOnce })
    const error = { name: 'INVALID_REQUEST', message: 'Data for the given start date is not available.' }
    const headers = { date: 'some day' }
    const right = paypal.fail({ kind: 'error', status: 404, error, headers, path: /reporting\/transactions/ })
    expect(await tryOnce()).toMatchObject({ status: 'retrying', error: { code: 'provider_response' } })
    expect(await stack.query('select from sync_cursors')).toEqual([])
    right()
    expect(await run()).toMatchObject({ status: 'completed' })
  })

  it('has subscriptions whose list PayPal refuses: those that transactions name are fetched by id', async () => {
    const { paypal, stack, tenantId, run } = await openPayPal({ subscriptionList: 404 })
    paypal.advance(6 * hour)
    const job = await run()
    expect(job).toMatchObject({ status: 'completed', error: null })
    expect(job.result.resources.subscriptions?.skipped).toBeDefined()
    const named = new Set(
      paypal.expected('transactions').flatMap(({ transaction_info: info }) => {
        const { paypal_reference_id: id, paypal_reference_id_type: type } = info as Record<string, string>
        return type === 'SUB' ? [id] : []
      }),
    )
    expect(named.size).toBeGreaterThan(0)
    const rows = await stack.query<{ id: string }>('select id from subscriptions where tenant_id = $1', [tenantId])
    expect(rows.map(({ id }) => id).toSorted()).toEqual([...named].toSorted())
    // The payers come from the transactions: the next incremental job reads no more of them than of others.
    expect(job.result.resources.customers?.skipped).toBeUndefined()
    const before = paypal.requests.length
    expect(await run({ sync_type: 'incremental' })).toMatchObject({ status: 'completed', error: null })
    const windows = paypal.requests.slice(before).filter(({ path }) => path.startsWith('/v1/reporting/transactions'))
    expect(windows.length).toBeLessThanOrEqual(3)
  })

  it('has subscriptions whose list PayPal refuses: those that are open are fetched again by each job', async () => {
    const { paypal, stack, tenantId, run } = await openPayPal({ transactions: 400, subscriptionList: 404 })
    paypal.advance(6 * hour)
    await run()
    const open = `select id from subscriptions where tenant_id = $1 and status in ('ACTIVE', 'SUSPENDED')`
    const ids = (await stack.query<{ id: string }>(open, [tenantId])).map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(1)
    for (const id of ids) paypal.update('subscriptions', id, { status: 'CANCELLED' })
    paypal.advance(60)
    expect(await run({ sync_type: 'incremental' })).toMatchObject({ status: 'completed', error: null })
    expect(await stack.query(open, [tenantId])).toEqual([])
  })

  it('of which the client may not read the balances is named by its transactions', async () => {
    const { paypal, run } = await openPayPal({ transactions: 100 })
    paypal.fail({ kind: 'not-authorized', path: /balances/ })
    expect(await run()).toMatchObject({ status: 'completed', error: null, account: `${paypal.merchant}:test` })
  })

  it('has tokens that expire in mid-list: each is minted once more', async () => {
    const { paypal, run, differences } = await openPayPal({ transactions: 400 })
    paypal.advance(6 * hour)
    let seen = 0
    const done = paypal.onRequest(() => {
      if (++seen % 20 === 0) paypal.expireTokens()
    })
    expect(await run()).toMatchObject({ status: 'completed', error: null })
    done()
    expect(paypal.tokensMinted()).toBeGreaterThan(2)
    expect(await differences()).toEqual([])
  })

  it('may not be searched for transactions: the job fails, because nothing says whose account it is', async () => {
    const { run } = await openPayPal({ transactions: 100, transactionSearch: false })
    const job = await run({})
    expect(job).toMatchObject({ status: 'failed', error: { code: 'account_unknown' } })
  })
})
