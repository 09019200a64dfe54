import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'
import { type Event, events, first } from './event-support.ts'
import { setup } from './support.ts'

describe('an event of an older API version', () => {
  async function eventOf(version: string, change: (sandbox: Sandbox) => void): Promise<Event> {
    const sandbox = await setup({ customers: 60, olderEvents: 0 })
    change({
      ...sandbox,
      insert: (name, fields, options) => sandbox.insert(name, fields, { ...options, apiVersion: version }),
      update: (name, id, patch) => sandbox.update(name, id, patch, { apiVersion: version }),
    })
    return events(sandbox)[0]!
  }
  const acacia = '2024-12-18.acacia'
  const basil = '2025-06-30.basil'

  it('has the billing period in the subscription, not in its items', async () => {
    const change = (sandbox: Sandbox) =>
      sandbox.update('subscriptions', first(sandbox, 'subscriptions').id, { metadata: {}, description: 'a' })
    const [acaciaEvent, basilEvent] = [await eventOf(acacia, change), await eventOf(basil, change)]
    const item = basilEvent.data.object.items.data[0]
    expect(acaciaEvent.api_version).toBe(acacia)
    expect(acaciaEvent.data.object.current_period_end).toBe(item.current_period_end)
    expect(acaciaEvent.data.object.items.data[0]).not.toHaveProperty('current_period_end')
    expect(basilEvent.data.object).not.toHaveProperty('current_period_end')
  })

  it('has the subscription, the charge and the prices in the invoice', async () => {
    const { data } = await eventOf(acacia, (sandbox) =>
      sandbox.update(
        'invoices',
        first(sandbox, 'invoices', ({ status, parent }) => status === 'paid' && parent !== null).id,
        { description: 'a' },
      ),
    )
    expect(data.object).toMatchObject({
      paid: true,
      subscription: expect.stringMatching(/^sub_/),
      charge: expect.stringMatching(/^ch_/),
      payment_intent: expect.stringMatching(/^pi_/),
    })
    expect(data.object).not.toHaveProperty('parent')
    expect(data.object.lines.data[0]).toMatchObject({
      type: 'subscription',
      price: { object: 'price' },
      proration: false,
    })
    expect(data.previous_attributes).toEqual({ description: null })
  })

  it('has the invoice in the charge', async () => {
    const { data } = await eventOf(acacia, (sandbox) =>
      sandbox.update('charges', first(sandbox, 'charges').id, { description: 'a' }),
    )
    expect(data.object.invoice).toMatch(/^in_/)
  })

  it('has the whole coupon in a promotion code and in a discount', async () => {
    const code = await eventOf(basil, (sandbox) =>
      sandbox.update('promotion_codes', first(sandbox, 'promotion_codes').id, { times_redeemed: 999 }),
    )
    const customer = await eventOf(basil, (sandbox) =>
      sandbox.update('customers', first(sandbox, 'customers', ({ discount }) => discount !== null).id, { balance: 1 }),
    )
    expect(code.data.object.coupon.object).toBe('coupon')
    expect(customer.data.object.discount.coupon.id).toBe('WELCOME20')
  })

  it('is made for some changes by default', async () => {
    const sandbox = await setup({ customers: 60 })
    for (let at = 0; at < 200; at++) sandbox.insert('customers')
    const versions = new Set(events(sandbox).map(({ api_version }) => api_version))
    expect([...versions].sort()).toEqual([acacia, basil, '2026-10-28.endive'])
  })
})
