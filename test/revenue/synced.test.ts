import { expect, test } from 'vitest'
import { jobRequest, setup } from '../support/setup.ts'

test('a job ends with the history of MRR, whose last month closes with the MRR of now, and sales agree with the ledger', async () => {
  const { handle, query } = await setup({ sandbox: { customers: 120 } })
  const request = jobRequest({ additionalData: null })
  expect(await handle([JSON.stringify(request)])).toEqual({ batchItemFailures: [] })
  expect(await query('select status from sync_jobs')).toEqual([{ status: 'completed' }])

  const [seeded] = await query<{ rows: number; of_invoices: number }>(
    `select count(*)::int as rows, (count(*) filter (where source = 'invoice'))::int as of_invoices from mrr_history`,
  )
  expect(seeded?.of_invoices).toBeGreaterThan(0)
  const now = await query(
    `select account, livemode, currency, mrr, customers from metrics.mrr where mrr > 0 order by currency`,
  )
  expect(now.length).toBeGreaterThan(0)
  expect(
    await query(`select account, livemode, currency, closing as mrr, customers_closing as customers from metrics.mrr_months
      where month = to_char(now() at time zone 'UTC', 'YYYY-MM') and closing > 0 order by currency`),
  ).toEqual(now)
  expect(
    await query(`select currency from metrics.mrr_months
      where abs(opening + new + expansion + reactivation - contraction - churn - closing) > 3`),
  ).toEqual([])

  // What was captured is what the charges of the balance are, and what was refunded is what left it.
  const taken = await query(`select sum(taken)::bigint as taken from metrics.sales`)
  const charged = await query(
    `select sum(amount)::bigint as taken from balance_transactions where reporting_category = 'charge'`,
  )
  expect(taken).toEqual(charged)
  expect(await query(`select sum(net)::bigint as net from metrics.net_revenue`)).toEqual(
    await query(`select sum(movement.net)::bigint as net from balance_transactions movement
      join states on states.provider = 'stripe' and kind = 'balance' and states.status = movement.reporting_category`),
  )
  expect(await query('select * from metrics.unmapped')).toEqual([])

  // The discounts of subscriptions are objects now, and their payloads have ids as before.
  const discounts = await query<{ coupon_id: string }>('select distinct coupon_id from discounts')
  expect(discounts).toEqual([{ coupon_id: 'WELCOME20' }])
  expect(await query(`select id from subscriptions where jsonb_typeof(raw -> 'discounts' -> 0) = 'object'`)).toEqual([])
  expect(await query(`select count(*) from price_options`)).toEqual(
    await query(`select count(*) from prices where not inline`),
  )

  // Nothing has changed: another job writes no history.
  const again = jobRequest({
    tenantId: request.tenantId,
    additionalData: { sync_type: 'incremental', resources: undefined },
  })
  const history = () =>
    query('select md5(string_agg(mrr_history::text, chr(10) order by mrr_history::text)) as of from mrr_history')
  const before = await history()
  expect(await handle([JSON.stringify(again)])).toEqual({ batchItemFailures: [] })
  expect(await history()).toEqual(before)
})
