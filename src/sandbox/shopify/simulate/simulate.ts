import { pick, randomStream, seedFor } from '../../server/random.ts'
import { day } from '../timestamps.ts'
import { createSimulatedShop, type ShopAccess } from './simulated-shop.ts'
import { steps } from './steps.ts'

export interface SimulateOptions {
  /** The same seed makes the same changes to the same shop. Default 1. */
  readonly seed?: number
  /** How many steps happen on each day. Default 10. */
  readonly perDay?: number
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
  const { seed = 1, perDay = 10 } = options
  const { now, advance } = access
  const shop = createSimulatedShop(access, randomStream(seedFor(seed, 'simulate')))
  const firstSteps = [...steps]
  const changes: SimulatedStep[] = []
  for (let dayNumber = 0; dayNumber < days; dayNumber++) {
    const start = now()
    const times = Array.from({ length: perDay }, () => shop.random() % day).sort((a, b) => a - b)
    for (const time of times) {
      advance(start + time - now())
      const [name, step] =
        firstSteps.splice(shop.random() % Math.max(firstSteps.length, 1), 1)[0] ?? pick(shop.random, steps)
      const id = step(shop)
      if (id !== undefined) changes.push({ at: now(), step: name, id })
    }
    advance(start + day - now())
  }
  return changes
}
