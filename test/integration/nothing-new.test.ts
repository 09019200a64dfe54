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
    expect(await requestsOf(sandbox, () => run(incremental))).toEqual({})
  })

  it('of Square', async () => {
    const { square, run } = await openSquare({ payments: 300 })
    await run()
    square.advance(hour)
    await run(incremental)
    square.advance(hour)
    expect(await requestsOf(square, () => run(incremental))).toEqual({})
  })

  it('of PayPal', async () => {
    const { paypal, run } = await openPayPal({ transactions: 300, counts: { subscriptions: 10, invoices: 5 } })
    paypal.advance(6 * hour)
    await run()
    paypal.advance(hour)
    await run(incremental)
    paypal.advance(hour)
    expect(await requestsOf(paypal, () => run(incremental))).toEqual({})
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
    expect(await perField()).toEqual({})
  })
})
