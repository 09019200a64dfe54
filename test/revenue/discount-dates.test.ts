import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* When a discount changes MRR although its subscription does not change. Amounts are in cents. */

const seen = (at: string) => ({ observed_at: `2026-${at}T00:00:00Z` })

async function openDiscounted() {
  const account = await openAccount()
  const { price, subscribe, insert, query, view, tenant } = account
  await price('p', { unit_amount: 1000 })
  await insert('coupons', { id: 'half', percent_off: '50', duration: 'forever' })
  const items = [{ price_id: 'p', ...seen('01-01') }]
  const changes = async () => {
    await query(`select refresh_mrr_history($1, 'stripe', 'acct_1')`, [tenant])
    return await view('mrr_changes', 'customer_id, day::text, kind, mrr_before, mrr_after', 'customer_id, day')
  }
  const start = Date.UTC(2026, 0, 1) / 1_000
  const discount = (at = start) => ({ discount: { id: 'di', source: { coupon: 'half' }, start: at } })
  return { ...account, items, changes, discount, subscribe }
}

test('a customer’s discount begins at its start, and is gone from when the customer was seen without it', async () => {
  const { subscribe, insert, query, items, changes, discount } = await openDiscounted()
  await insert('customers', { id: 'cus_added', raw: { discount: null }, ...seen('01-01') })
  await insert('customers', { id: 'cus_removed', raw: discount(), ...seen('01-01') })
  for (const id of ['added', 'removed']) await subscribe(id, { items, ...seen('01-01') })
  expect(await changes()).toEqual([
    ['cus_added', '2026-01-01', 'new', 0, 1000],
    ['cus_removed', '2026-01-01', 'new', 0, 500],
  ])
  // Renewals rewrite the subscriptions in between, and change no MRR.
  await query(`update subscriptions set observed_at = '2026-02-01T00:00:00Z', synced_at = now()`)
  await changes()
  const change = `update customers set raw = $2, observed_at = $3, synced_at = now() where id = $1`
  await query(change, ['cus_added', discount(Date.UTC(2026, 3, 10) / 1_000), '2026-04-12T00:00:00Z'])
  await query(change, ['cus_removed', { discount: null }, '2026-05-20T00:00:00Z'])
  expect(await changes()).toEqual([
    ['cus_added', '2026-01-01', 'new', 0, 1000],
    ['cus_added', '2026-04-10', 'contraction', 1000, 500],
    ['cus_removed', '2026-01-01', 'new', 0, 500],
    ['cus_removed', '2026-05-20', 'expansion', 500, 1000],
  ])
})

test('a discount that is deleted is gone from then on, and one that is used once changes nothing', async () => {
  const { subscribe, insert, query, items, changes } = await openDiscounted()
  await insert('coupons', { id: 'once', percent_off: '10', duration: 'once' })
  await insert('discounts', {
    id: 'd_row',
    coupon_id: 'half',
    customer_id: 'cus_row',
    starts_at: '2025-01-01T00:00:00Z',
  })
  await insert('discounts', { id: 'd_once', coupon_id: 'once', ends_at: '2099-01-01T00:00:00Z' })
  await insert('discounts', { id: 'd_half', coupon_id: 'half', ends_at: '2099-01-01T00:00:00Z' })
  await subscribe('row', { items, ...seen('01-01') })
  await subscribe('once', { items, discount_ids: ['d_once'], ...seen('01-01') })
  // The second item has a discount, whose end changes nothing of the first.
  const item = { price_id: 'p', discount_ids: ['d_half'], ...seen('01-01') }
  await subscribe('two', { items: [...items, item], ...seen('01-01') })
  await changes()
  await query(`update discounts set deleted_at = '2026-05-20T00:00:00Z', synced_at = now() where id = 'd_row'`)
  expect(await changes()).toEqual([
    ['cus_once', '2026-01-01', 'new', 0, 1000],
    ['cus_row', '2026-01-01', 'new', 0, 500],
    ['cus_row', '2026-05-20', 'expansion', 500, 1000],
    ['cus_two', '2026-01-01', 'new', 0, 1500],
  ])
  const ahead = await query(`select item_id, mrr::int from mrr_history where valid_from > now() order by 1`)
  expect(ahead).toEqual([{ item_id: 'si_two_1', mrr: 1000 }])
})

test('a discount, a coupon or a price that is read later holds from the beginning', async () => {
  const { subscribe, insert, items, changes, query, price } = await openDiscounted()
  const discounted = (...ids: readonly string[]) => ({ discount_ids: ids, ...seen('01-01') })
  await subscribe('discount', { items, ...discounted('d_late') })
  await subscribe('coupon', { items, ...discounted('d_coupon') })
  await subscribe('price', { items: [{ price_id: 'late', ...seen('01-01') }], ...seen('01-01') })
  await insert('discounts', { id: 'd_coupon', coupon_id: 'late', starts_at: '2025-01-01T00:00:00Z', ...seen('01-01') })
  for (const id of ['discount', 'coupon', 'price'])
    await insert('customers', { id: `cus_${id}`, raw: { discount: null }, ...seen('01-01') })
  await changes()
  await query(`update customers set observed_at = '2026-05-01T00:00:00Z', synced_at = now()`)
  await insert('coupons', { id: 'late', percent_off: '10', duration: 'forever', ...seen('05-01') })
  await insert('discounts', {
    id: 'd_late',
    coupon_id: 'half',
    subscription_id: 'discount',
    starts_at: '2025-01-01T00:00:00Z',
    ...seen('05-01'),
  })
  await query(`update subscriptions set synced_at = now() where id = 'discount'`)
  await price('late', { unit_amount: 700 })
  expect((await changes()).filter(([customer]) => customer === 'cus_price')).toEqual([
    ['cus_price', '2026-01-01', 'new', 0, 700],
  ])
  expect((await changes()).filter(([customer]) => customer !== 'cus_price')).toEqual([
    ['cus_coupon', '2026-01-01', 'new', 0, 900],
    ['cus_discount', '2026-01-01', 'new', 0, 500],
  ])
})
