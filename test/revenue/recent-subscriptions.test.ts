import { expect, test } from 'vitest'
import { computeMrr, recentSubscriptionsWith } from '../../src/revenue/history.ts'
import { openAccount } from './account.ts'

test('subscriptions that were seen before their price are found by it, and those with a price are not', async () => {
  const { tenant: tenantId, account, provider, worker, insert, subscribe, price, query } = await openAccount()
  const key = { tenantId, provider, account }
  const lately = new Date(Date.now() - 60_000)
  await price('known', { unit_amount: 1000 })
  await subscribe('unpriced', { observed_at: lately, items: [{ price_id: 'unknown', observed_at: lately }] })
  await subscribe('priced', { observed_at: lately, items: [{ price_id: 'known', observed_at: lately }] })
  await query('select refresh_mrr_history($1, $2, $3)', [tenantId, provider, account])
  const mrr = () =>
    query('select subscription_id as id, mrr::float8 from mrr_history where valid_to is null order by 1')
  expect(await mrr()).toEqual([
    { id: 'priced', mrr: 1000 },
    { id: 'unpriced', mrr: null },
  ])
  await price('unknown', { unit_amount: 300 })
  await worker.tenant(tenantId).within(async (tx) => {
    const ids = await recentSubscriptionsWith(tx, key, { prices: ['known', 'unknown'], coupons: [] })
    expect(ids).toEqual(['unpriced'])
    await computeMrr(tx, key, ids)
  })
  expect(await mrr()).toEqual([
    { id: 'priced', mrr: 1000 },
    { id: 'unpriced', mrr: 300 },
  ])
  await insert('coupons', { id: 'unused' })
  expect(
    await worker.tenant(tenantId).within((tx) => recentSubscriptionsWith(tx, key, { prices: [], coupons: ['unused'] })),
  ).toEqual([])
})
