import { fieldOf } from '../square-object.ts'
import type { SimulatedMerchant, Step } from './simulated-merchant.ts'

/** Plans and their variations. A change of a variation changes its plan, which holds it. */
export const catalogSteps: Readonly<Record<string, Step>> = {
  'plan is renamed': (merchant) => {
    const plan = merchant.pick('plans')
    const name = `Renamed at ${merchant.now()}`
    return plan && merchant.update('plans', plan.id, { subscription_plan_data: { name, all_items: false } }).id
  },
  'variation is added': (merchant) => {
    const plan = merchant.pick('plans')
    if (!plan) return
    const phase = { uid: `phase-${merchant.now()}`, ordinal: 0, cadence: 'MONTHLY' }
    const pricing = { type: 'STATIC', price_money: { amount: 1_500, currency: 'USD' } }
    const data = { name: 'New', phases: [{ ...phase, pricing }], subscription_plan_id: plan.id }
    const { id } = merchant.insert('variations', { subscription_plan_variation_data: data })
    merchant.update('plans', plan.id, {})
    return id
  },
  'variation is renamed': (merchant) => {
    const variation = merchant.pick('variations')
    if (!variation) return
    const before = variation.subscription_plan_variation_data
    const data = { ...(typeof before === 'object' ? before : {}), name: `Renamed at ${merchant.now()}` }
    merchant.update('variations', variation.id, { subscription_plan_variation_data: data })
    touchPlan(merchant, data)
    return variation.id
  },
  'variation is deleted': (merchant) => {
    const variation = merchant.pick('variations')
    if (!variation) return
    merchant.remove('variations', variation.id)
    touchPlan(merchant, variation.subscription_plan_variation_data)
    return variation.id
  },
}

function touchPlan(merchant: SimulatedMerchant, variationData: unknown): void {
  const plan = fieldOf(variationData, 'subscription_plan_id')
  if (typeof plan === 'string' && merchant.live.plans.retrieve(plan)) merchant.update('plans', plan, {})
}
