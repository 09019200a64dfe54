import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { type Fields, fieldOf } from '../square-object.ts'
import { day, timestamp } from '../timestamps.ts'
import { cadences, priceOf } from './variation-facts.ts'

/** The ways to buy a plan: some begin with a free trial, some with a cheaper phase, some take a share off the items. */
export const variations: Resource = {
  idPrefix: 'VAR',
  relation: {
    parent: 'plans',
    pattern: [3, 1, 2],
    parentId: (variation) => fieldOf(variation.subscription_plan_variation_data, 'subscription_plan_id'),
  },
  created,
  updated,
  generate(n, data) {
    const plan = data.parent('variations', n) ?? 0
    return {
      type: 'SUBSCRIPTION_PLAN_VARIATION',
      updated_at: timestamp(updated(n, data)),
      version: updated(n, data),
      is_deleted: n % 6 === 5,
      present_at_all_locations: true,
      subscription_plan_variation_data: {
        name: `Variation ${n}`,
        phases: phasesOf(n, data),
        subscription_plan_id: data.id('plans', plan),
        ...(n % 4 === 0 ? { monthly_billing_anchor_date: 1 + (n % 28), can_prorate: true } : {}),
      },
    }
  },
}

function phasesOf(n: number, data: Dataset): readonly Fields[] {
  const cadence = cadences[n % cadences.length]
  const price = priceOf(n, data)
  const last = n % 7 === 6 ? { type: 'RELATIVE', discount_ids: ['DISCOUNT1'] } : { type: 'STATIC', price_money: price }
  const free = { cadence: 'WEEKLY', periods: 2, pricing: { type: 'STATIC', price_money: money(0, price.currency) } }
  const half = money(Math.floor(price.amount / 2), price.currency)
  const cheaper = { cadence, periods: 3, pricing: { type: 'STATIC', price_money: half } }
  // Older variations have the price in `recurring_price_money` alone.
  const lasting = n % 5 === 4 ? { cadence, recurring_price_money: price } : { cadence, pricing: last }
  const leading = n % 3 === 1 ? [free] : n % 6 === 2 ? [free, cheaper] : n % 6 === 5 ? [cheaper] : []
  return [...leading, lasting].map((phase, ordinal) => ({ uid: `phase-${n}-${ordinal}`, ordinal, ...phase }))
}

function created(n: number, data: Dataset): number {
  return data.created('plans', data.parent('variations', n) ?? 0) + n
}

function updated(n: number, data: Dataset): number {
  return created(n, data) + (n % 2) * 400 * day
}
