import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* What discounts leave of the items of a subscription, computed by hand. Amounts are in cents. */

test('discounts go item first, then subscription, and the customer’s only where there is neither', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('p', { unit_amount: 1000 })
  await price('y', { unit_amount: 12000, interval: 'year' })
  await insert(
    'coupons',
    { id: 'half', percent_off: '50', duration: 'forever', deleted_at: '2026-01-01T00:00:00Z' },
    { id: 'ten', amount_off: 1000, currency: 'eur', duration: 'repeating' },
    { id: 'quarter', percent_off: '25', duration: 'once' },
    { id: 'only y', percent_off: '10', duration: 'forever' },
  )
  await insert('coupon_options', { id: 'only y', applies_to: ['prod_y'] })
  const discount = (id: string, coupon_id: string, more = {}) =>
    insert('discounts', { id, coupon_id, starts_at: '2025-01-01T00:00:00Z', ...more })
  await discount('d_half', 'half')
  await discount('d_ten', 'ten', { ends_at: '2099-01-01T00:00:00Z' })
  await discount('d_over', 'ten', { ends_at: '2026-01-01T00:00:00Z' })
  await discount('d_once', 'quarter')
  await discount('d_y', 'only y')
  const discounted = (...discount_ids: string[]) => ({ discount_ids })
  await subscribe('amount then half', { ...discounted('d_ten', 'd_half'), items: [{ price_id: 'p', quantity: 3 }] })
  await subscribe('half then amount', { ...discounted('d_half', 'd_ten'), items: [{ price_id: 'p', quantity: 3 }] })
  await subscribe('item and subscription', {
    ...discounted('d_half'),
    items: [{ price_id: 'p', ...discounted('d_half') }, { price_id: 'p' }],
  })
  await subscribe('limited', { ...discounted('d_y'), items: [{ price_id: 'y' }] })
  await subscribe('not limited to it', { ...discounted('d_y'), items: [{ price_id: 'p' }] })
  await subscribe('once', { ...discounted('d_once'), items: [{ price_id: 'p' }] })
  await subscribe('over', { ...discounted('d_over'), items: [{ price_id: 'p' }] })
  await subscribe('spread', { ...discounted('d_ten'), items: [{ price_id: 'p' }, { price_id: 'p', quantity: 3 }] })
  await subscribe('year', { ...discounted('d_ten'), items: [{ price_id: 'y' }] })
  await subscribe('never below zero', { ...discounted('d_ten', 'd_ten'), items: [{ price_id: 'p' }] })
  await insert('customers', {
    id: 'cus_customer',
    raw: { discount: { id: 'di_c', source: { coupon: 'half' }, start: 1 } },
  })
  await subscribe('customer', { items: [{ price_id: 'p' }, { price_id: 'p', ...discounted('d_once') }] })
  await subscribe('by coupon', { coupon_id: 'half', items: [{ price_id: 'p' }] })
  await subscribe('z once then half', { ...discounted('d_once', 'd_half'), items: [{ price_id: 'p' }] })
  expect(
    await view(
      'item_mrr',
      'subscription_id, gross_mrr, forever_discount, repeating_discount, once_discount, mrr',
      'item_id',
    ),
  ).toEqual([
    ['amount then half', 3000, 1000, 1000, 0, 1000], // (3000 − 1000) / 2
    ['by coupon', 1000, 500, 0, 0, 500],
    ['customer', 1000, 500, 0, 0, 500],
    ['customer', 1000, 0, 0, 250, 1000], // it has a discount of its own
    ['half then amount', 3000, 1500, 1000, 0, 500], // 3000 / 2 − 1000
    ['item and subscription', 1000, 750, 0, 0, 250],
    ['item and subscription', 1000, 500, 0, 0, 500],
    ['limited', 1000, 100, 0, 0, 900],
    ['never below zero', 1000, 0, 1000, 0, 0],
    ['not limited to it', 1000, 0, 0, 0, 1000],
    ['once', 1000, 0, 0, 250, 1000],
    ['over', 1000, 0, 0, 0, 1000],
    ['spread', 1000, 0, 250, 0, 750], // 1000 × 1000 / 4000
    ['spread', 3000, 0, 750, 0, 2250],
    ['year', 1000, 0, 83.33333333333333, 0, 916.6666666666666], // (12000 − 1000) / 12
    ['z once then half', 1000, 500, 0, 125, 500], // 1000 / 2, and a quarter of what is left
  ])
})

test('an amount off is that of the subscription’s currency, and a discount begins and ends', async () => {
  const { price, subscribe, insert, view } = await openAccount()
  await price('p', { unit_amount: 1000 })
  const off = (id: string) => ({ id, amount_off: 400, currency: 'usd', duration: 'forever' })
  await insert('coupons', off('dollars'), off('listed'), { id: 'half', percent_off: '50', duration: 'forever' })
  await insert('coupon_options', { id: 'listed', currency_options: { eur: { amount_off: 300 } } })
  for (const coupon_id of ['dollars', 'listed', 'unknown']) {
    await insert('discounts', { id: `d_${coupon_id}`, coupon_id })
    await subscribe(coupon_id, { discount_ids: [`d_${coupon_id}`], items: [{ price_id: 'p' }] })
  }
  await insert('discounts', { id: 'd_later', coupon_id: 'half', starts_at: '2099-01-01T00:00:00Z' })
  await subscribe('later', { discount_ids: ['d_later'], items: [{ price_id: 'p' }] })
  await insert('customers', { id: 'cus_both', raw: { discount: { id: 'di_c', source: { coupon: 'half' }, start: 1 } } })
  await subscribe('both', { discount_ids: ['d_listed'], items: [{ price_id: 'p' }] })
  expect(await view('item_mrr', 'subscription_id, forever_discount, mrr', 'subscription_id')).toEqual([
    ['both', 300, 700], // the subscription has a discount, so that the customer's does not count
    ['dollars', 0, 1000],
    ['later', 0, 1000],
    ['listed', 300, 700],
    ['unknown', 0, 1000],
  ])
})
