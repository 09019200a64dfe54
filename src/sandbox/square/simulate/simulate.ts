import { pick, randomStream, seedFor } from '../../server/random.ts'
import { createSimulatedMerchant, type MerchantAccess } from './simulated-merchant.ts'
import { steps } from './steps.ts'

export interface SimulateOptions {
  /** The same seed makes the same changes to the same merchant. Default 1. */
  readonly seed?: number
  /** How many steps happen on each day. Default 10. */
  readonly perDay?: number
  /** Names of steps that do not happen. */
  readonly without?: readonly string[]
}

/** A step that changed an object. */
export interface SimulatedStep {
  /** Unix seconds. */
  readonly at: number
  readonly step: string
  readonly id: string
}

const day = 86_400

interface StepAccess extends MerchantAccess {
  /** The provider's clock, in unix seconds. */
  readonly seconds: () => number
}

interface Simulation extends StepAccess {
  advance(seconds: number): void
}

/** Simulates so many days of changes, moving the clock. Every kind of step happens once before any happens at random. */
export function simulate(access: Simulation, days: number, options: SimulateOptions): readonly SimulatedStep[] {
  const { perDay = 10 } = options
  const { random, next } = createSteps(access, options)
  const changes: SimulatedStep[] = []
  for (let dayNumber = 0; dayNumber < days; dayNumber++) {
    const start = access.seconds()
    const times = Array.from({ length: perDay }, () => random() % day).sort((a, b) => a - b)
    for (const time of times) {
      access.advance(start + time - access.seconds())
      const change = next()
      if (change) changes.push(change)
    }
    access.advance(start + day - access.seconds())
  }
  return changes
}

/** Makes one step after another, now by the clock: every kind once before any at random. A step that fits nothing is none. */
export function createSteps(access: StepAccess, { seed = 1, without = [] }: SimulateOptions) {
  const all = steps.filter(([name]) => !without.includes(name))
  const merchant = createSimulatedMerchant(access, randomStream(seedFor(seed, 'simulate')))
  const firstSteps = [...all]
  return {
    random: merchant.random,
    next(): SimulatedStep | undefined {
      const [name, step] =
        firstSteps.splice(merchant.random() % Math.max(firstSteps.length, 1), 1)[0] ?? pick(merchant.random, all)
      const id = step(merchant)
      return id === undefined ? undefined : { at: access.seconds(), step: name, id }
    },
  }
}
