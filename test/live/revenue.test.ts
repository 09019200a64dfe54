import { expect, test } from 'vitest'
import { jobRequest } from '../support/setup.ts'
import { liveSetup } from './live-setup.ts'

/** An account that one job has read, whose subscriptions change by live events then. */
async function synced() {
  const start = Math.floor(Date.now() / 1_000) - 86_400
  const live = await liveSetup({ sandbox: { customers: 20, populatedUntil: start, olderEvents: 0 } })
  live.sandbox.advance(-7_200)
  const sync = async (additionalData: object) => {
    const request = jobRequest({ tenantId: live.tenantId, additionalData: { resources: undefined, ...additionalData } })
    expect(await live.deliver(request)).toEqual({ batchItemFailures: [] })
    expect(await live.job(request.jobId)).toMatchObject({ status: 'completed' })
  }
  await sync({})
  const [item] = await live.query<{ id: string; subscription_id: string; of_customer: number }>(
    `select item_id as id, subscription_id, (sum(mrr) over (partition by customer_id))::float8 as of_customer
      from metrics.item_mrr where state = 'active' and mrr > 0 order by item_id limit 1`,
  )
  if (!item) throw new Error('no subscription earns anything')
  const held = () =>
    live.query<{ state: string; valid_from: Date; source: string }>(
      `select state, valid_from, source from mrr_history where item_id = $1 and valid_to is null`,
      [item.id],
    )
  /** The subscription is canceled, and the event of it. */
  async function cancel() {
    live.sandbox.advance(600)
    const at = live.sandbox.now()
    live.sandbox.update('subscriptions', item?.subscription_id ?? '', {
      status: 'canceled',
      ended_at: at,
      canceled_at: at,
    })
    const event = (await live.events()).findLast(({ data }) => data.object.id === item?.subscription_id)
    if (!event) throw new Error('no event')
    return { event, at }
  }
  return { ...live, sync, item, held, cancel }
}

test('the MRR of a subscription is that of its last event, from the time of the event', async () => {
  const { apply, item, held, cancel, query } = await synced()
  expect(await held()).toMatchObject([{ state: 'active' }])
  const { event, at } = await cancel()
  expect((await apply([event])).counts).toMatchObject({ applied: 1 })
  expect(await held()).toEqual([{ state: 'canceled', valid_from: new Date(at * 1_000), source: 'event' }])
  // Which was yesterday where the test runs soon after midnight.
  const ofItsDay = `select kind, amount::float8 from metrics.mrr_changes
    where kind = 'churn' and day = (to_timestamp($1) at time zone 'UTC')::date`
  expect(await query(ofItsDay, [at])).toContainEqual({ kind: 'churn', amount: item.of_customer })
})

test('what was not computed with an event is computed by the next job, though that changes nothing', async () => {
  const { apply, held, cancel, query, sync } = await synced()
  const { event } = await cancel()
  await query(`alter function compute_mrr_history(uuid, text, text, text[], text) rename to compute_mrr_later`)
  expect((await apply([event])).committed).toEqual([event.id])
  await query(`alter function compute_mrr_later(uuid, text, text, text[], text) rename to compute_mrr_history`)
  expect(await held()).toMatchObject([{ state: 'active' }])
  await sync({ sync_type: 'incremental' })
  expect(await held()).toMatchObject([{ state: 'canceled', source: 'sync' }])
})

test('a coupon that changes after its subscription changes the MRR at once', async () => {
  const { apply, query, sandbox, events, item } = await synced()
  const { subscription_id: subscription } = item
  const [{ coupon } = { coupon: '' }] = await query<{ coupon: string }>('select min(id) as coupon from coupons')
  await query(
    `insert into discounts (tenant_id, provider, account, id, subscription_id, coupon_id, raw, observed_at)
      select tenant_id, provider, account, 'di_1', id, $2, '{}', now() from subscriptions where id = $1`,
    [subscription, coupon],
  )
  await query(`update subscriptions set discount_ids = '["di_1"]' where id = $1`, [subscription])
  // As if the subscription had begun an hour ago.
  await query(
    `update mrr_history set valid_from = now() - interval '1 hour' where subscription_id = $1 and valid_to is null`,
    [subscription],
  )
  sandbox.advance(60)
  sandbox.update('coupons', coupon, { duration: 'forever', percent_off: 50, amount_off: null })
  const event = (await events()).findLast(({ data }) => data.object.id === coupon)
  if (!event) throw new Error('no event')
  await apply([event])
  expect(
    await query(
      `select sum(mrr) * 2 = sum(gross_mrr) as halved from mrr_history where subscription_id = $1 and valid_to is null`,
      [subscription],
    ),
  ).toEqual([{ halved: true }])
})

test('a discount that a customer gets and loses changes the MRR of its subscriptions at once', async () => {
  const { apply, query, sandbox, events, item } = await synced()
  const { subscription_id: subscription } = item
  const [{ coupon } = { coupon: '' }] = await query<{ coupon: string }>('select min(id) as coupon from coupons')
  await query(`update coupons set percent_off = 50, amount_off = null, duration = 'forever' where id = $1`, [coupon])
  await query(`update subscriptions set discount_ids = '[]' where id = $1`, [subscription])
  const [{ customer } = { customer: '' }] = await query<{ customer: string }>(
    'select customer_id as customer from subscriptions where id = $1',
    [subscription],
  )
  const change = async (discount: object | null) => {
    sandbox.advance(60)
    sandbox.update('customers', customer, { discount })
    const event = (await events()).findLast(({ data }) => data.object.id === customer)
    if (!event) throw new Error('no event')
    await apply([event])
    return query(
      `select sum(mrr) * 2 = sum(gross_mrr) as halved from mrr_history where subscription_id = $1 and valid_to is null`,
      [subscription],
    )
  }
  const start = sandbox.now()
  const discount = { id: 'di_1', object: 'discount', source: { type: 'coupon', coupon }, start, end: null }
  expect(await change(discount)).toEqual([{ halved: true }])
  expect(await change(null)).toEqual([{ halved: false }])
})
