import { catalogSteps } from './catalog-steps.ts'
import { invoiceSteps } from './invoice-steps.ts'
import type { Step } from './simulated-account.ts'
import { subscriptionSteps } from './subscription-steps.ts'

export const steps: readonly (readonly [name: string, step: Step])[] = Object.entries({
  ...subscriptionSteps,
  ...invoiceSteps,
  ...catalogSteps,
})
