import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* Subscriptions whose price, coupon, item or customer the provider has deleted. Amounts are in cents. */

const deleted = { deleted_at: '2026-02-01T00:00:00Z' }
const before = { deleted_at: '2026-01-01T00:00:00Z' }

test('a deleted price counts with its tiers, and a deleted item or subscription does not', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('p', { unit_amount: 1000, ...deleted })
  await price('tiers', { billing_scheme: 'tiered', tiers_mode: 'graduated', ...deleted })
  // Its tiers were deleted with it. One was replaced before.
  await insert('price_options', { id: 'tiers', ...deleted })
  await insert(
    'price_tiers',
    { id: 'tiers:0', price_id: 'tiers', position: 1, up_to: 3, unit_amount: 900, flat_amount: 700, ...before },
    { id: 'tiers:1', price_id: 'tiers', position: 1, up_to: 5, unit_amount: 500, ...deleted },
    { id: 'tiers:2', price_id: 'tiers', position: 2, up_to: null, unit_amount: 400, ...deleted },
  )
  await price('fewer tiers', { billing_scheme: 'tiered', tiers_mode: 'volume' })
  await insert(
    'price_tiers',
    { id: 'fewer:1', price_id: 'fewer tiers', position: 1, up_to: 5, unit_amount: 90, ...deleted },
    { id: 'fewer:2', price_id: 'fewer tiers', position: 1, up_to: null, unit_amount: 80 },
  )
  await insert('coupons', { id: 'tenth', percent_off: '10', duration: 'forever', ...deleted })
  await insert('discounts', { id: 'd', coupon_id: 'tenth', starts_at: '2026-01-01T00:00:00Z' })
  await insert('customers', { id: 'cus_customer', ...deleted })
  await subscribe('coupon', { discount_ids: ['d'], items: [{ price_id: 'p' }] })
  await subscribe('customer', { items: [{ price_id: 'p' }] })
  await subscribe('fewer tiers', { items: [{ price_id: 'fewer tiers', quantity: 5 }] })
  await subscribe('item', { items: [{ price_id: 'p', ...deleted }, { price_id: 'p' }] })
  await subscribe('subscription', { ...deleted, items: [{ price_id: 'p' }] })
  await subscribe('tiers', { items: [{ price_id: 'tiers', quantity: 7 }] })
  expect(await view('item_mrr', 'item_id, mrr', 'item_id')).toEqual([
    ['si_coupon_0', 900], // 1000 − 10 %
    ['si_customer_0', 1000], // until the provider ends it
    ['si_fewer tiers_0', 400], // 5 × 80
    ['si_item_1', 1000],
    ['si_tiers_0', 3300], // 5 × 500 + 2 × 400
  ])
  expect(await view('mrr', 'mrr, subscriptions, unpriced_items')).toEqual([[6600, 5, 0]])
})
