import type { Dataset, LiveObjects, Resource } from '../resource.ts'
import type { SquareObject } from '../square-object.ts'
import { timestamp } from '../timestamps.ts'

export const plans: Resource = {
  idPrefix: 'PLAN',
  count: (payments) => Math.max(3, Math.min(40, Math.floor(payments / 100))),
  created,
  updated: created,
  generate: (n, data) => ({
    type: 'SUBSCRIPTION_PLAN',
    updated_at: timestamp(created(n, data)),
    version: created(n, data),
    is_deleted: false,
    present_at_all_locations: true,
    subscription_plan_data: { name: names[n % names.length], all_items: false },
  }),
  view: (plan, { variations }) => withVariations(plan, variations),
}

/** In the first days of the account, before the first subscription. */
function created(n: number, data: Dataset): number {
  return Math.floor(data.now - 6 * 365.25 * 86_400_000 + n * 3_600_000)
}

function withVariations(plan: SquareObject, variations: LiveObjects): SquareObject {
  const data = plan.subscription_plan_data
  if (data === undefined || typeof data !== 'object') return plan
  const present = variations.related(plan.id).filter(({ is_deleted }) => is_deleted !== true)
  return {
    ...plan,
    subscription_plan_data: { ...data, ...(present.length > 0 ? { subscription_plan_variations: present } : {}) },
  }
}

const names = ['Coffee of the month', 'Abonnement “Bien-être”', '定期便', 'Gym', 'Wine & Cheese', 'Software Ünlimited']
