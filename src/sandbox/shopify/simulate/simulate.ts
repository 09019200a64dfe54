import { pick, randomStream, seedFor } from '../../server/random.ts'
import { day } from '../timestamps.ts'
import { createSimulatedShop, type ShopAccess } from './simulated-shop.ts'
import { steps } from './steps.ts'

export interface SimulateOptions {
  /** The same seed makes the same changes to the same shop. Default 1. */
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

interface Simulation extends ShopAccess {
  advance(seconds: number): void
}

/** Simulates so many days of changes, moving the clock. Every kind of step happens once before any happens at random. */
export function simulate(access: Simulation, days: number, options: SimulateOptions): readonly SimulatedStep[] {
  const { perDay = 10 } = options
  const { now, advance } = access
  const { random, next } = createSteps(access, options)
  const changes: SimulatedStep[] = []
  for (let dayNumber = 0; dayNumber < days; dayNumber++) {
    const start = now()
    const times = Array.from({ length: perDay }, () => random() % day).sort((a, b) => a - b)
    for (const time of times) {
      advance(start + time - now())
      const change = next()
      if (change) changes.push(change)
    }
    advance(start + day - now())
  }
  return changes
}

/** Makes one step after another, now by the clock: every kind once before any at random. A step that fits nothing is none. */
export function createSteps(access: ShopAccess, { seed = 1, without = [] }: SimulateOptions) {
  const shop = createSimulatedShop(access, randomStream(seedFor(seed, 'simulate')))
  const all = steps.filter(([name]) => !without.includes(name))
  const firstSteps = [...all]
  return {
    random: shop.random,
    next(): SimulatedStep | undefined {
      const [name, step] =
        firstSteps.splice(shop.random() % Math.max(firstSteps.length, 1), 1)[0] ?? pick(shop.random, all)
      const id = step(shop)
      return id === undefined ? undefined : { at: access.now(), step: name, id }
    },
  }
}
