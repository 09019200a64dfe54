import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* What two jobs see of subscriptions that change between them, computed by hand. Amounts are in cents. */

const start = Date.now()
const daysAgo = (days: number) => new Date(start - days * 86_400_000).toISOString()
/** The day in UTC of a moment so many days ago. */
const day = (days: number) => daysAgo(days).slice(0, 10)

async function openSeen() {
  const account = await openAccount()
  const { query, tenant, subscribe } = account
  const seen = { observed_at: daysAgo(40) }
  for (const amount of [500, 1000, 1500]) await account.price(`p${amount}`, { unit_amount: amount })
  /** A subscription of 1000 a month that the first job saw 40 days ago. */
  const see = (id: string, more = {}) => subscribe(id, { ...seen, ...more, items: [{ price_id: 'p1000', ...seen }] })
  const job = () => query('select refresh_mrr_history($1, $2, $3)', [tenant, 'stripe', 'acct_1'])
  const set = (table: string, id: string, columns: string, days: number, ...values: unknown[]) =>
    query(`update ${table} set ${columns}, observed_at = $2, synced_at = now() where id = $1`, [
      id,
      daysAgo(days),
      ...values,
    ])
  /** Changes of MRR after the first job. */
  const changes = () =>
    account
      .view('mrr_changes', 'customer_id, kind, amount, day::text', 'customer_id, day')
      .then((rows) => rows.filter((row) => row[3] !== day(40)))
  return { ...account, see, job, set, changes }
}

test('a pause, an unpaid time and a quantity of 0 are churn, and their ends reactivations', async () => {
  const { see, job, set, changes, view } = await openSeen()
  for (const id of ['pause', 'quantity', 'unpaid']) await see(id)
  await see('past_due', { status: 'past_due' })
  await job()
  await set('subscriptions', 'pause', `pause_behavior = 'void'`, 20)
  await set('subscription_items', 'si_quantity_0', 'quantity = 0', 20)
  await set('subscriptions', 'unpaid', `status = 'unpaid'`, 20)
  await set('subscriptions', 'past_due', `status = 'active'`, 20)
  await job()
  expect(await view('mrr', 'mrr, paused_mrr, subscriptions, customers')).toEqual([[1000, 1000, 2, 1]])
  await set('subscriptions', 'pause', 'pause_behavior = null', 5)
  await set('subscription_items', 'si_quantity_0', 'quantity = 2', 5)
  await set('subscriptions', 'unpaid', `status = 'active'`, 5)
  await job()
  expect(await changes()).toEqual([
    ['cus_pause', 'churn', 1000, day(20)],
    ['cus_pause', 'reactivation', 1000, day(5)],
    ['cus_quantity', 'churn', 1000, day(20)],
    ['cus_quantity', 'reactivation', 2000, day(5)],
    ['cus_unpaid', 'churn', 1000, day(20)],
    ['cus_unpaid', 'reactivation', 1000, day(5)],
  ])
  expect(await view('mrr', 'mrr, customers')).toEqual([[5000, 4]])
  expect(await view('mrr_months', 'closing, customers_closing', 'month desc limit 1')).toEqual([[5000, 4]])
})

test('an item that comes or goes, another price and the ends of trials and subscriptions have their days', async () => {
  const { see, job, set, changes, insert, price } = await openSeen()
  const trial = { status: 'trialing', trial_start: daysAgo(45), trial_end: daysAgo(10) }
  for (const id of ['another price', 'canceled', 'deleted', 'item gone', 'item more', 'same price']) await see(id)
  for (const id of ['trial kept', 'trial left']) await see(id, trial)
  await see('incomplete', { status: 'incomplete' })
  await job()
  await price('equal', { unit_amount: 1000 })
  await set('subscription_items', 'si_another price_0', `price_id = 'p1500'`, 20)
  await set('subscription_items', 'si_same price_0', `price_id = 'equal'`, 20)
  await set('subscription_items', 'si_item gone_0', 'deleted_at = $3', 20, daysAgo(21))
  await insert('subscription_items', {
    id: 'si_item more_1',
    subscription_id: 'item more',
    price_id: 'p500',
    quantity: 2,
    observed_at: daysAgo(20),
  })
  await set('subscriptions', 'deleted', 'deleted_at = $3', 20, daysAgo(22))
  const ended = `status = 'canceled', canceled_at = $3, ended_at = $4`
  await set('subscriptions', 'canceled', ended, 20, daysAgo(30), daysAgo(25))
  await set('subscriptions', 'trial kept', `status = 'active'`, 5)
  await set('subscriptions', 'trial left', ended, 5, daysAgo(12), daysAgo(10))
  await set('subscriptions', 'incomplete', `status = 'active'`, 5)
  await job()
  expect(await changes()).toEqual([
    ['cus_another price', 'expansion', 500, day(20)],
    ['cus_canceled', 'churn', 1000, day(25)], // at its end, not when it was asked for
    ['cus_deleted', 'churn', 1000, day(22)],
    ['cus_incomplete', 'new', 1000, day(5)],
    ['cus_item gone', 'churn', 1000, day(21)],
    ['cus_item more', 'expansion', 1000, day(20)], // 2 × 500
    ['cus_trial kept', 'new', 1000, day(10)], // at the trial's end
  ])
})
