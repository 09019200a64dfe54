import { expect, test } from 'vitest'
import { openPayPal } from '../integration/paypal-setup.ts'
import { openShop } from '../integration/shopify-setup.ts'
import { openSquare } from '../integration/square-setup.ts'

/* The views of a synced account against the provider's own ledger, as its sandbox has it. */

type Query = Awaited<ReturnType<typeof openPayPal>>['stack']['query']

/** What the views say of each currency: sales and net revenue of all months. */
const money = (query: Query) =>
  query(`select * from (select currency, sum(taken)::bigint as taken, sum(returned)::bigint as returned from metrics.sales group by 1) sales
    full join (select currency, sum(net)::bigint as net from metrics.net_revenue group by 1) revenue using (currency) order by currency`)

async function expectTheMonthToCloseWithNow(query: Query): Promise<void> {
  const now = await query(`select currency, mrr, customers from metrics.mrr where mrr > 0 order by currency`)
  expect(now.length).toBeGreaterThan(0)
  expect(
    await query(`select currency, closing as mrr, customers_closing as customers from metrics.mrr_months
      where month = to_char(now() at time zone 'UTC', 'YYYY-MM') and closing > 0 order by currency`),
  ).toEqual(now)
}

test('PayPal: what was taken, returned and earned is what the ledger’s lines say, without those that move no money', async () => {
  const { stack, run } = await openPayPal({ transactions: 600 })
  expect(await run()).toMatchObject({ status: 'completed' })
  const lines = `from (select raw -> 'transaction_info' as line, amount, currency from balance_transactions) ledger
    cross join lateral (select line ->> 'transaction_event_code' as code, line ->> 'transaction_status' as status, amount + coalesce(fee, 0) as net
      from (select round((line #>> '{fee_amount,value}')::numeric * case currency when 'jpy' then 1 when 'kwd' then 1000 else 100 end)::bigint as fee) fees) said
    where status in ('S', 'V')`
  expect(
    await stack.query(`select currency, sum(amount) filter (where code like 'T00%' and amount > 0)::bigint as taken,
      (- sum(amount) filter (where code in ('T1106', 'T1107') and amount < 0))::bigint as returned,
      sum(net) filter (where code ~ '^T(01|11)|^T120[12]' or code like 'T00%' and amount > 0)::bigint as net ${lines} group by 1 order by 1`),
  ).toEqual(await money(stack.query))
  const denied = await stack.query(`select from balance_transactions where type like 'T00%' and status = 'D'`)
  expect(denied.length).toBeGreaterThan(0)
  await expectTheMonthToCloseWithNow(stack.query)
})

test('Square: what was earned is what the entries of payouts come to, without adjustments', async () => {
  const { stack, run } = await openSquare({ payments: 600 })
  expect(await run()).toMatchObject({ status: 'completed' })
  expect((await money(stack.query)).map(({ currency, net }) => ({ currency, net }))).toEqual(
    await stack.query(`select lower(raw #>> '{net_amount_money,currency}') as currency, sum((raw #>> '{net_amount_money,amount}')::bigint)::bigint as net
      from balance_transactions where raw ->> 'type' in ('CHARGE', 'REFUND', 'FEE') group by 1 order by 1`),
  )
  expect(
    await stack.query(`select currency, sum(taken)::bigint as taken from metrics.sales group by 1 order by 1`),
  ).toEqual(
    await stack.query(`select lower(raw #>> '{total_money,currency}') as currency, sum((raw #>> '{total_money,amount}')::bigint)::bigint as taken
      from payments where raw ->> 'status' = 'COMPLETED' group by 1 order by 1`),
  )
  expect(await stack.query('select distinct livemode, kind, status from metrics.unmapped')).toEqual([
    { livemode: false, kind: 'balance', status: 'ADJUSTMENT' },
  ])
  await expectTheMonthToCloseWithNow(stack.query)
})

test('Shopify: a charge of the balance is what its payment took, and what was earned is what the balance says', async () => {
  const { stack, run } = await openShop({ orders: 300 })
  expect(await run()).toMatchObject({ status: 'completed' })
  // The sandbox's balance has the whole order under its first transaction, whatever became of it: a sale that was paid agrees.
  const charges = await stack.query<{ payments: number }>(`
    select count(*)::int as payments, bool_and(movement.amount = payment.amount_captured) as equal
    from payments payment
    join orders paid on paid.id = payment.order_id and paid.status <> 'PARTIALLY_PAID'
    join balance_transactions movement on movement.source_id = payment.id and movement.type = 'CHARGE'
    where payment.status = 'SUCCESS' and payment.metadata ->> 'kind' = 'SALE'`)
  expect(charges).toEqual([{ payments: expect.any(Number), equal: true }])
  expect(charges[0]?.payments).toBeGreaterThan(100)
  expect((await money(stack.query)).map(({ currency, net }) => ({ currency, net }))).toEqual(
    await stack.query(`select lower(raw #>> '{net,currencyCode}') as currency, sum(round((raw #>> '{net,amount}')::numeric * 100))::bigint as net
      from balance_transactions group by 1`),
  )
  expect(await stack.query('select kind, status from metrics.unmapped')).toEqual([])
  await expectTheMonthToCloseWithNow(stack.query)
})
