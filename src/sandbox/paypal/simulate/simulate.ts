import { pick, randomStream, seedFor } from '../../server/random.ts'
import { day } from '../timestamps.ts'
import { billingSteps, refundInvoice } from './billing-steps.ts'
import { catalogSteps } from './catalog-steps.ts'
import { createSimulatedMerchant, type SimulationAccess } from './simulated-merchant.ts'
import { subscriptionSteps, unannouncedSteps } from './subscription-steps.ts'
import { reverseAnyPayment, transactionSteps } from './transaction-steps.ts'

export interface SimulateOptions {
  /** The same seed makes the same changes to the same merchant. Default 1. */
  readonly seed?: number
  /** How many steps happen on each day. Default 10. */
  readonly perDay?: number
  /** Names of steps that do not happen. */
  readonly without?: readonly string[]
  /** Changes too that neither the ledger nor a change of status shows, so that only complete lists do. Default false. */
  readonly unannounced?: boolean
}

/** A step that changed an object. */
export interface SimulatedStep {
  /** Unix seconds. */
  readonly at: number
  readonly step: string
  readonly key: string
}

interface Simulation extends SimulationAccess {
  advance(seconds: number): void
}

export const steps = Object.entries({
  ...transactionSteps,
  ...subscriptionSteps,
  ...billingSteps,
  'invoice is refunded': refundInvoice,
  ...catalogSteps,
})

const unannouncedEntries = Object.entries({ ...unannouncedSteps, 'payment of any time is reversed': reverseAnyPayment })

/** Simulates so many days of changes, moving the clock. Every kind of step happens once before any happens at random. */
export function simulate(access: Simulation, days: number, options: SimulateOptions): readonly SimulatedStep[] {
  const { perDay = 10 } = options
  const { random, next } = createSteps(access, options)
  const changes: SimulatedStep[] = []
  for (let dayNumber = 0; dayNumber < days; dayNumber++) {
    const start = access.now()
    const times = Array.from({ length: perDay }, () => random() % day).sort((a, b) => a - b)
    for (const time of times) {
      access.advance(start + time - access.now())
      const change = next()
      if (change) changes.push(change)
    }
    access.advance(start + day - access.now())
  }
  return changes
}

/** Makes one step after another, now by the clock: every kind once before any at random. A step that fits nothing is none. */
export function createSteps(
  access: SimulationAccess,
  { seed = 1, unannounced = false, without = [] }: SimulateOptions,
) {
  const merchant = createSimulatedMerchant(access, randomStream(seedFor(seed, 'simulate')))
  const all = [...steps, ...(unannounced ? unannouncedEntries : [])].filter(([name]) => !without.includes(name))
  const firstSteps = [...all]
  return {
    random: merchant.random,
    next(): SimulatedStep | undefined {
      const [name, step] =
        firstSteps.splice(merchant.random() % Math.max(firstSteps.length, 1), 1)[0] ?? pick(merchant.random, all)
      const key = step(merchant)
      return key === undefined ? undefined : { at: access.now(), step: name, key }
    },
  }
}
