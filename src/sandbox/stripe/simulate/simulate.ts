import { pick, randomStream, seedFor } from '../../server/random.ts'
import { type AccountAccess, createSimulatedAccount } from './simulated-account.ts'
import { steps } from './steps.ts'

export interface SimulateOptions {
  /** The same seed makes the same changes to the same account. Default 1. */
  readonly seed?: number
  /** How many steps happen on each day. Default 10. */
  readonly perDay?: number
  /** After this day (0 is the first), 31 days without changes pass, which is longer than Stripe keeps events. */
  readonly gapAfterDay?: number
}

/** A step that changed an object. */
export interface SimulatedStep {
  /** Unix seconds. */
  readonly at: number
  readonly step: string
  readonly id: string
}

const day = 86_400

/**
 * Simulates so many days of changes, moving the clock. Every kind of step happens once before any happens at random.
 * Stripe sends events for all these changes except for balance transactions and open invoice payments, which a worker
 * finds by their time of creation. A copy can follow all else from the events alone.
 */
export function simulate(
  access: AccountAccess & { advance(seconds: number): void },
  days: number,
  options: SimulateOptions,
): readonly SimulatedStep[] {
  const { seed = 1, perDay = 10, gapAfterDay } = options
  const { random, next } = createSteps(access, seed)
  const changes: SimulatedStep[] = []
  for (let dayNumber = 0; dayNumber < days; dayNumber++) {
    const start = access.now()
    const times = Array.from({ length: perDay }, () => random() % day).sort((a, b) => a - b)
    for (const time of times) {
      access.advance(start + time - access.now())
      const change = next()
      if (change) changes.push(change)
    }
    access.advance(start + day - access.now() + (dayNumber === gapAfterDay ? 31 * day : 0))
  }
  return changes
}

/** Makes one step after another, now by the clock: every kind once before any at random. A step that fits nothing is none. */
export function createSteps(access: AccountAccess, seed: number) {
  const account = createSimulatedAccount(access, randomStream(seedFor(seed, 'simulate')))
  const firstSteps = [...steps]
  return {
    random: account.random,
    next(): SimulatedStep | undefined {
      const [name, step] =
        firstSteps.splice(account.random() % Math.max(firstSteps.length, 1), 1)[0] ?? pick(account.random, steps)
      const id = step(account)
      return id === undefined ? undefined : { at: access.now(), step: name, id }
    },
  }
}
