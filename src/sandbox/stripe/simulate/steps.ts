import { merchandising } from './catalog-steps.ts'
import { paying } from './invoice-steps.ts'
import type { Stage } from './simulated-account.ts'
import { subscribing } from './subscription-steps.ts'

/** One thing that happens in an account; says the id of what it happened to, or undefined when there was nothing. */
export type Step = (stage: Stage) => string | undefined

export const steps: readonly (readonly [string, Step])[] = Object.entries({
  ...subscribing,
  ...paying,
  ...merchandising,
})
