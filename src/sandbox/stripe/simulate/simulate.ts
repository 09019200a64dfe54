import { randomStream, seedFor } from '../../server/random.ts'
import { pick } from '../../server/sample-text.ts'
import { type Account, createStage } from './simulated-account.ts'
import { steps } from './steps.ts'

export interface SimulateOptions {
  /** The same seed on the same account does the same. Default 1. */
  readonly seed?: number
  /** How many things happen on each day. Default 10. */
  readonly perDay?: number
  /** After this day (0 is the first), 31 days pass in which nothing happens: longer than events are kept. */
  readonly gapAfterDay?: number
}

export interface Done {
  /** Unix seconds. */
  readonly at: number
  readonly step: string
  readonly id: string
}

const day = 86_400

/**
 * Lives through so many days of an account, moving its clock; every kind of step comes once before any comes at random.
 * What changes is announced by events as far as Stripe announces it, so a copy can follow from the events alone, except
 * for balance transactions and for invoice payments that are open: both are to be found by `created`.
 */
export function simulate(
  account: Account & { advance(seconds: number): void },
  days: number,
  options: SimulateOptions,
): readonly Done[] {
  const { seed = 1, perDay = 10, gapAfterDay } = options
  const stage = createStage(account, randomStream(seedFor(seed, 'simulate')))
  const waiting = [...steps]
  const done: Done[] = []
  for (let today = 0; today < days; today++) {
    const start = account.now()
    const moments = Array.from({ length: perDay }, () => stage.random() % day).sort((a, b) => a - b)
    for (const moment of moments) {
      account.advance(start + moment - account.now())
      const [step, act] =
        waiting.splice(stage.random() % Math.max(waiting.length, 1), 1)[0] ?? pick(stage.random, steps)
      const id = act(stage)
      if (id !== undefined) done.push({ at: account.now(), step, id })
    }
    account.advance(start + day - account.now() + (today === gapAfterDay ? 31 * day : 0))
  }
  return done
}
