import { billingSteps } from './billing-steps.ts'
import { catalogSteps } from './catalog-steps.ts'
import { saleSteps } from './sale-steps.ts'
import type { Step } from './simulated-merchant.ts'

export const steps: readonly (readonly [name: string, step: Step])[] = Object.entries({
  ...saleSteps,
  ...billingSteps,
  ...catalogSteps,
})
