import { describe, expect, it } from 'vitest'
import type { Stats } from '../../src/sandbox/server/traffic.ts'
import { jobRequest, setup } from '../support/setup.ts'
import { openPayPal } from './paypal-setup.ts'
import { openShop } from './shopify-setup.ts'
import { openSquare } from './square-setup.ts'

/*
 * What an incremental job asks for when nothing is new: two requests at most of each list, and of each part of a list. The
 * counts are exact, so that a request more is seen.
 */

/** The requests of `work` by their operations. */
async function requestsOf({ stats }: { stats(): Stats }, work: () => Promise<unknown>) {
  const before = stats().perEndpoint
  await work()
  const made = Object.entries(stats().perEndpoint).map(
    ([name, { requests }]) => [name, requests - (before[name]?.requests ?? 0)] as const,
  )
  return Object.fromEntries(made.filter(([, requests]) => requests > 0))
}

const hour = 3_600
const incremental = { sync_type: 'incremental' }

describe('an incremental job with nothing new', () => {
  it('of Stripe', async () => {
    const { sandbox, deliver, job } = await setup({ sandbox: { customers: 50, limits: 'none' } })
    const { tenantId } = jobRequest()
    const run = async (additionalData: object = {}) => {
      const request = jobRequest({ tenantId, additionalData: { resources: undefined, ...additionalData } })
      await deliver(request)
      expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
    }
    await run()
    await run(incremental)
    // The feed has what changed. The other lists are read by time: no event tells of all their changes.
    expect(await requestsOf(sandbox, () => run(incremental))).toEqual({
      'GET /v1/events': 1,
      'GET /v1/balance_transactions': 1,
      'GET /v1/charges': 1,
      'GET /v1/invoice_payments': 1,
      'GET /v1/invoiceitems': 1,
      'GET /v1/payment_intents': 1,
      'GET /v1/refunds': 1,
    })
  })

  it('of Stripe asks for pages of events alone where objects have changed, wherever a page ends within a second', async () => {
    const { sandbox, deliver, job } = await setup({
      sandbox: {
        customers: 330,
        limits: 'none',
        olderEvents: 0,
        populatedUntil: Math.floor(Date.now() / 1_000) - hour - 60,
      },
    })
    // No event is later than the answers that show it.
    sandbox.advance(-hour)
    const { tenantId } = jobRequest()
    const run = async (additionalData: object) => {
      const request = jobRequest({ tenantId, additionalData: { resources: ['customers'], ...additionalData } })
      await deliver(request)
      expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
    }
    await run({})
    await run(incremental)
    sandbox.advance(60)
    // Seven changes in each second, so that a page of a hundred ends within one.
    for (const [at, { id }] of sandbox.expected('customers').entries()) {
      if (at % 7 === 0) sandbox.advance(1)
      sandbox.update('customers', id, { description: 'changed' })
    }
    sandbox.advance(60)
    expect(await requestsOf(sandbox, () => run(incremental))).toEqual({ 'GET /v1/events': 4 })
  })

  it('of Square', async () => {
    const { square, run, stack } = await openSquare({ payments: 300 })
    await run()
    square.advance(hour)
    await run(incremental)
    square.advance(hour)
    // Five locations. The catalog is searched for plans and for variations, and a payout that is on its way is read with its entries.
    const before = square.requests.length
    const { 'GET /v2/payouts/{id}/payout-entries': _, ...lists } = await requestsOf(square, () => run(incremental))
    expect(lists).toEqual({
      'GET /v2/locations': 1,
      'GET /v2/payments': 5,
      'GET /v2/invoices': 5,
      'GET /v2/payouts': 5,
      'GET /v2/refunds': 1,
      'GET /v2/disputes': 1,
      'POST /v2/catalog/search': 2,
      'POST /v2/customers/search': 1,
      'POST /v2/orders/search': 1,
      'POST /v2/subscriptions/search': 1,
    })
    const entriesOf = square.requests.slice(before).flatMap(({ path }) => /payouts\/(\w+)\//.exec(path)?.[1] ?? [])
    const sent = await stack.query<{ id: string }>(`select id from payouts where status = 'SENT' order by id`)
    expect([...new Set(entriesOf)].toSorted()).toEqual(sent.map(({ id }) => id))
  })

  it('of PayPal', async () => {
    const { paypal, run } = await openPayPal({ transactions: 300, counts: { subscriptions: 10, invoices: 5 } })
    paypal.advance(6 * hour)
    await run()
    paypal.advance(hour)
    await run(incremental)
    paypal.advance(hour)
    // The search of invoices tells of no change: each of the five is asked for while it is open.
    const { 'GET /v2/invoicing/invoices/{id}': invoices, ...lists } = await requestsOf(paypal, () => run(incremental))
    expect(lists).toEqual({
      'GET /v1/reporting/transactions': 1,
      'GET /v1/billing/subscriptions': 1,
      'GET /v1/billing/plans': 1,
      'GET /v1/catalogs/products': 1,
      'GET /v1/customer/disputes': 1,
      'POST /v2/invoicing/search-invoices': 1,
    })
    expect(invoices ?? 0).toBeLessThanOrEqual(5)
  })

  it('of Shopify', async () => {
    const { shop, run } = await openShop()
    await run()
    shop.advance(hour)
    await run(incremental)
    shop.advance(hour)
    const perField = async () => {
      const before = shop.stats().points.perField
      await run(incremental)
      const made = Object.entries(shop.stats().points.perField).map(
        ([name, { queries }]) => [name, queries - (before[name]?.queries ?? 0)] as const,
      )
      return Object.fromEntries(made.filter(([, queries]) => queries > 0))
    }
    // Payouts and balance transactions are two lists of one field. Events tell what was deleted.
    expect(await perField()).toEqual({
      currentAppInstallation: 1,
      customers: 1,
      disputes: 1,
      events: 1,
      orders: 1,
      products: 1,
      sellingPlanGroup: 1,
      sellingPlanGroups: 1,
      shopifyPaymentsAccount: 2,
      subscriptionBillingAttempts: 1,
      subscriptionContracts: 1,
    })
  })
})
