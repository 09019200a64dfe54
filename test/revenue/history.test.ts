import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

test('the past is read from the lines of invoices once, and a change of today follows it', async () => {
  const account = await openAccount()
  const { price, subscribe, insert, view, query, tenant } = account
  await price('small', { unit_amount: 1000 })
  await price('large', { unit_amount: 3000 })
  await subscribe('a', { items: [{ price_id: 'large' }], start_date: '2026-01-10T00:00:00Z' })
  const invoice = (id: string, at: string, more = {}) =>
    insert('invoices', {
      id,
      customer_id: 'cus_a',
      subscription_id: 'a',
      status: 'paid',
      currency: 'eur',
      created_at: at,
      finalized_at: at,
      ...more,
    })
  const line = (id: string, invoiceId: string, more: object) =>
    insert('invoice_lines', {
      id,
      invoice_id: invoiceId,
      subscription_id: 'a',
      subscription_item_id: 'si_a_0',
      currency: 'eur',
      quantity: 1,
      proration: false,
      ...more,
    })
  await invoice('in_1', '2026-01-10T00:00:00Z')
  await line('il_1', 'in_1', {
    price_id: 'small',
    amount: 1000,
    period_start: '2026-01-10T00:00:00Z',
    period_end: '2026-02-10T00:00:00Z',
  })
  await invoice('in_2', '2026-02-10T00:00:00Z')
  await line('il_2', 'in_2', {
    price_id: 'small',
    amount: 1000,
    period_start: '2026-02-10T00:00:00Z',
    period_end: '2026-03-10T00:00:00Z',
  })
  // A change to the large price on 20 February: the prorations name no item, their invoice items do.
  await insert(
    'invoice_items',
    { id: 'ii_1', subscription_id: 'a', subscription_item_id: 'si_a_0', price_id: 'small' },
    { id: 'ii_2', subscription_id: 'a', subscription_item_id: 'si_a_0', price_id: 'large' },
  )
  await invoice('in_3', '2026-03-10T00:00:00Z')
  const prorated = {
    subscription_item_id: null,
    proration: true,
    period_start: '2026-02-20T00:00:00Z',
    period_end: '2026-03-10T00:00:00Z',
  }
  await line('il_3', 'in_3', { ...prorated, invoice_item_id: 'ii_1', price_id: 'small', amount: -643 })
  await line('il_4', 'in_3', { ...prorated, invoice_item_id: 'ii_2', price_id: 'large', amount: 1929 })
  await line('il_5', 'in_3', {
    price_id: 'large',
    amount: 3000,
    period_start: '2026-03-10T00:00:00Z',
    period_end: '2026-04-10T00:00:00Z',
  })
  await query('select refresh_mrr_history($1, $2, $3)', [tenant, 'stripe', 'acct_1'])
  const rows = () =>
    query(
      `select price_id, mrr::int, to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD') as from, to_char(valid_to at time zone 'UTC', 'YYYY-MM-DD') as to, source from mrr_history where tenant_id = $1 order by valid_from`,
      [tenant],
    )
  expect(await rows()).toEqual([
    { price_id: 'small', mrr: 1000, from: '2026-01-10', to: '2026-02-20', source: 'invoice' },
    { price_id: 'large', mrr: 3000, from: '2026-02-20', to: null, source: 'invoice' },
  ])
  expect(
    await view(
      'mrr_months',
      'month, opening, new, expansion, reactivation, contraction, churn, closing',
      'month limit 3',
    ),
  ).toEqual([
    ['2026-01', 0, 1000, 0, 0, 0, 0, 1000],
    ['2026-02', 1000, 0, 2000, 0, 0, 0, 3000],
    ['2026-03', 3000, 0, 0, 0, 0, 0, 3000],
  ])
  await query(
    `update subscriptions set status = 'canceled', ended_at = '2026-05-01T00:00:00Z', observed_at = '2026-05-02T00:00:00Z', synced_at = now()`,
  )
  await query('select refresh_mrr_history($1, $2, $3)', [tenant, 'stripe', 'acct_1'])
  expect((await rows()).slice(1)).toEqual([
    { price_id: 'large', mrr: 3000, from: '2026-02-20', to: '2026-05-01', source: 'invoice' },
    { price_id: 'large', mrr: 3000, from: '2026-05-01', to: null, source: 'sync' },
  ])
  expect(await view('mrr_changes', 'kind, mrr_before, mrr_after, amount', 'day')).toEqual([
    ['new', 0, 1000, 1000],
    ['expansion', 1000, 3000, 2000],
    ['churn', 3000, 0, 3000],
  ])
  // An erased customer leaves no history.
  await query(`delete from subscriptions where tenant_id = $1`, [tenant])
  expect(await rows()).toEqual([])
  expect(await view('mrr_changes', 'kind', 'day')).toEqual([])
})

test('a change has the time that its subscription has, and the end of a discount is written ahead', async () => {
  const { price, subscribe, insert, query, view, tenant } = await openAccount()
  const refresh = () => query('select refresh_mrr_history($1, $2, $3)', [tenant, 'stripe', 'acct_1'])
  await price('p', { unit_amount: 1000 })
  const items = [{ price_id: 'p' }]
  await insert('coupons', { id: 'half', percent_off: '50', duration: 'repeating' })
  await insert('discounts', { id: 'd_half', coupon_id: 'half', ends_at: '2099-01-01T00:00:00Z' })
  await subscribe('discounted', { items, discount_ids: ['d_half'] })
  await subscribe('removed', { items })
  await subscribe('tried', { status: 'trialing', items, trial_end: '2026-03-01T00:00:00Z' })
  await refresh()
  const seen = `observed_at = '2026-03-05T00:00:00Z', synced_at = now()`
  await query(`update subscriptions set status = 'active', ${seen} where id = 'tried'`)
  await query(
    `update subscription_items set deleted_at = '2026-03-02T00:00:00Z', ${seen} where subscription_id = 'removed'`,
  )
  await query(`update sync_accounts set mrr_computed_at = '2026-02-01T00:00:00Z'`)
  await subscribe('begun', { items, start_date: '2026-02-10T00:00:00Z', observed_at: '2026-02-12T00:00:00Z' })
  await subscribe('seen late', { items, start_date: '2025-12-10T00:00:00Z', observed_at: '2026-02-12T00:00:00Z' })
  await refresh()
  const day = (column: string) => `coalesce(to_char(${column} at time zone 'UTC', 'YYYY-MM-DD'), '')`
  const rows = await query<Record<string, unknown>>(
    `select subscription_id as s, state, mrr::int, ${day('valid_from')} || ' ' || ${day('valid_to')} as days
      from mrr_history order by subscription_id collate "C", valid_from`,
  )
  expect(rows.map((row) => Object.values(row))).toEqual([
    ['begun', 'active', 1000, '2026-02-10 '],
    ['discounted', 'active', 500, '2026-01-01 2099-01-01'],
    ['discounted', 'active', 1000, '2099-01-01 '],
    ['removed', 'active', 1000, '2026-01-01 2026-03-02'],
    ['seen late', 'active', 1000, '2026-02-12 '],
    ['tried', 'trialing', 1000, '2026-01-01 2026-03-01'],
    ['tried', 'active', 1000, '2026-03-01 '],
  ])
  // What is written ahead is no change yet.
  expect(await view('mrr_changes', 'customer_id, kind, amount', 'day, customer_id')).toEqual([
    ['cus_discounted', 'new', 500],
    ['cus_removed', 'new', 1000],
    ['cus_begun', 'new', 1000],
    ['cus_seen late', 'new', 1000],
    ['cus_tried', 'new', 1000],
    ['cus_removed', 'churn', 1000],
  ])
  // A row that moves to another customer leaves nothing at the one before.
  await query(`update mrr_history set customer_id = 'cus_removed' where subscription_id = 'tried'`)
  expect(await view('mrr_changes', 'customer_id, kind, amount', 'day, customer_id')).toEqual([
    ['cus_discounted', 'new', 500],
    ['cus_removed', 'new', 1000],
    ['cus_begun', 'new', 1000],
    ['cus_seen late', 'new', 1000],
    ['cus_removed', 'expansion', 1000],
    ['cus_removed', 'contraction', 1000],
  ])
})

test('no function of the history lets Postgres compile its statements, which takes longer than running them', async () => {
  const { db } = await openAccount()
  const { rows } = await db.execute(sql`select proname, proconfig @> array['jit=off'] as without from pg_proc
    where proname in ('seed_mrr_history', 'compute_mrr_history', 'changed_subscriptions', 'keep_mrr_changes') order by 1`)
  expect(rows).toEqual(
    ['changed_subscriptions', 'compute_mrr_history', 'keep_mrr_changes', 'seed_mrr_history'].map((proname) => ({
      proname,
      without: true,
    })),
  )
})

test('computing the history leaves the settings of its transaction as they are', async () => {
  const { db, price, subscribe, insert, tenant } = await openAccount()
  await price('p', { unit_amount: 1000 })
  await subscribe('s', { items: [{ price_id: 'p' }] })
  await insert('invoices', { id: 'in_1', subscription_id: 's', status: 'paid', currency: 'eur' })
  await insert('invoice_lines', { id: 'il_1', invoice_id: 'in_1', subscription_id: 's', amount: 1000 })
  const settings = await db.transaction(async (tx) => {
    await tx.execute(sql`select seed_mrr_history(${tenant}::uuid, 'stripe', 'acct_1')`)
    await tx.execute(
      sql`select compute_mrr_history(${tenant}::uuid, 'stripe', 'acct_1', array(select n::text from generate_series(1, 51) as n))`,
    )
    return (await tx.execute(sql`select current_setting('enable_nestloop') as nestloop`)).rows
  })
  expect(settings).toEqual([{ nestloop: 'on' }])
})
