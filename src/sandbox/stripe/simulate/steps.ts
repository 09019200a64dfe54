import { merchandising } from './merchandising.ts'
import { paying } from './paying.ts'
import type { Stage } from './stage.ts'
import { subscribing } from './subscribing.ts'

/** One thing that happens in an account; says the id of what it happened to, or undefined when there was nothing. */
export type Step = (stage: Stage) => string | undefined

export const steps: readonly (readonly [string, Step])[] = Object.entries({
  ...subscribing,
  ...paying,
  ...merchandising,
})
