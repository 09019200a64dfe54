import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* A provider of one's own may have prices below 0, such as a credit that recurs. Amounts are in cents. */

test('a customer counts by the sum of its items, in the MRR of now as in the months', async () => {
  const { price, subscribe, view, query, tenant } = await openAccount()
  await price('plan', { unit_amount: 1000 })
  await price('credit', { unit_amount: -1000 })
  await price('small credit', { unit_amount: -300 })
  await price('dollar credit', { unit_amount: -700, currency: 'usd' })
  const began = { start_date: '2026-01-01T00:00:00Z' }
  await subscribe('nothing left', { ...began, items: [{ price_id: 'plan' }, { price_id: 'credit' }] })
  await subscribe('less', { ...began, items: [{ price_id: 'plan' }, { price_id: 'small credit' }] })
  // A credit of its own, which the customer's other subscription outweighs.
  await subscribe('other', { ...began, customer_id: 'cus_less', items: [{ price_id: 'small credit' }] })
  await subscribe('nothing but a credit', { ...began, currency: 'usd', items: [{ price_id: 'dollar credit' }] })
  await query('select refresh_mrr_history($1, $2, $3)', [tenant, 'stripe', 'acct_1'])
  // 1000 − 1000 + 1000 − 300 − 300
  expect(await view('mrr', 'mrr, subscriptions, customers', 'currency')).toEqual([
    [400, 3, 1],
    [-700, 1, 0],
  ])
  const months = await view('mrr_months', 'month, currency, opening, new, closing, customers_closing, arpa')
  expect(months[0]).toEqual(['2026-01', 'eur', 0, 400, 400, 1, 400])
  expect(months.at(-1)?.slice(1)).toEqual(['eur', 400, 0, 400, 1, 400])
})
