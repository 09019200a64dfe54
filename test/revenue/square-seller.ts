import type { ResourceName } from '../../src/sandbox/square/names.ts'
import { openSquare } from '../integration/square-setup.ts'
import { completed, daysAgo, readViews } from './hand-account.ts'

export type Fields = Readonly<Record<string, unknown>>

const empty: Readonly<Record<ResourceName, number>> = {
  customers: 0,
  payments: 0,
  refunds: 0,
  orders: 0,
  plans: 0,
  variations: 0,
  subscriptions: 0,
  invoices: 0,
  disputes: 0,
  payouts: 0,
  entries: 0,
}

export const usd = (amount: number, currency = 'USD') => ({ amount, currency })
export const costs = (amount: number, currency = 'USD') => ({
  pricing: { type: 'STATIC', price_money: usd(amount, currency) },
})

/** A seller without objects. A subscription's customer is `C-` and its id. */
export async function openSeller() {
  const { square, stack, run } = await openSquare({ counts: empty })
  const location = square.locations[0]!.id
  const variation = (id: string, phases: readonly Fields[]) =>
    square.insert('variations', {
      id,
      type: 'SUBSCRIPTION_PLAN_VARIATION',
      present_at_all_locations: true,
      subscription_plan_variation_data: {
        name: id,
        subscription_plan_id: 'PLAN',
        phases: phases.map((phase, ordinal) => ({ uid: `${id}-${ordinal}`, ordinal, ...phase })),
      },
    })
  const subscribe = (id: string, plan_variation_id: string, more: Fields = {}) =>
    square.insert('subscriptions', {
      id,
      location_id: location,
      plan_variation_id,
      customer_id: `C-${id}`,
      start_date: daysAgo(400).slice(0, 10),
      charged_through_date: daysAgo(-20).slice(0, 10),
      status: 'ACTIVE',
      timezone: 'America/New_York',
      source: { name: 'My Application' },
      phases: [],
      canceled_date: undefined,
      completed_date: undefined,
      tax_percentage: undefined,
      price_override_money: undefined,
      actions: undefined,
      ...more,
    })
  return {
    square,
    location,
    variation,
    subscribe,
    query: stack.query,
    view: readViews(stack),
    sync: () => completed(run({ resources: undefined })),
  }
}
