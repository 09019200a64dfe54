import type { Resource } from '../resource.ts'
import { isInline, type PriceObject, planOf, prices } from './prices.ts'

/** Recurring prices under their old name: the same objects in another list. */
export const plans: Resource = {
  ...prices,
  path: '/v1/plans',
  object: 'plan',
  view: {
    source: 'prices',
    shows: (price) => price.recurring !== null,
    // Every price of the sandbox has the shape that its generator gives it.
    convert: (price) => planOf(price as unknown as PriceObject),
  },
  count: () => 0,
  filters: {
    active: (plan, value) => String(plan.active) === value,
    product: (plan, value) => plan.product === value,
  },
  hidden: isInline,
  complete: (plan) => !isInline(plan),
  expandable: { product: () => ({}), tiers: () => ({}) },
}
