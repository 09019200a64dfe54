import { catalogSteps } from './catalog-steps.ts'
import { orderSteps } from './order-steps.ts'
import { payoutSteps } from './payout-steps.ts'
import type { Step } from './simulated-shop.ts'
import { subscriptionSteps } from './subscription-steps.ts'

export const steps: readonly (readonly [name: string, step: Step])[] = Object.entries({
  ...orderSteps,
  ...catalogSteps,
  ...subscriptionSteps,
  ...payoutSteps,
})
