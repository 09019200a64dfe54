import { expect, test } from 'vitest'
import { planRuns } from './plan-runs.ts'
import { scenarios } from './scenarios/index.ts'
import { providers } from './worlds/world.ts'

const elsewhere = providers.filter((provider) => provider !== 'stripe')
const ci = (seed: number) => planRuns({ scenarios, providers: undefined, share: 'ci', runs: undefined, seed })
const namesOf = (runs: ReturnType<typeof planRuns>, provider: string) =>
  runs.filter((run) => run.provider === provider).map(({ scenario }) => scenario.name)

test('the share of CI runs every scenario on Stripe, and on each other provider kill, chaos and another one', () => {
  for (let seed = 1; seed < 20; seed++) {
    const runs = ci(seed)
    expect(namesOf(runs, 'stripe')).toEqual(scenarios.map(({ name }) => name))
    for (const provider of elsewhere) {
      const names = namesOf(runs, provider)
      expect(names).toHaveLength(3)
      expect(names).toEqual(expect.arrayContaining(['kill', 'chaos']))
    }
  }
})

test('five seeds of CI bring every scenario of every provider', () => {
  const every = scenarios.filter((scenario) => scenario.elsewhere).map(({ name }) => name)
  expect(every).toEqual(['kill', 'restarts', 'commit', 'frozen', 'chain', 'drift', 'chaos'])
  for (const provider of elsewhere) {
    const seen = new Set([1, 2, 3, 4, 5].flatMap((seed) => namesOf(ci(seed), provider)))
    expect([...seen].toSorted()).toEqual(every.toSorted())
  }
})

test('a provider that is named runs all its scenarios, and the other shares run Stripe alone unless told', () => {
  const wishes = { scenarios, share: 'full', runs: undefined, seed: 1 } as const
  expect(namesOf(planRuns({ ...wishes, providers: ['paypal'] }), 'paypal')).toHaveLength(7)
  expect(new Set(planRuns({ ...wishes, providers: undefined }).map(({ provider }) => provider))).toEqual(
    new Set(['stripe']),
  )
})

test('a number of rounds is for every run', () => {
  const runs = planRuns({ scenarios, providers: ['square', 'shopify'], share: 'test', runs: 3, seed: 1 })
  expect(runs.map(({ rounds }) => rounds)).toEqual(Array(14).fill(3))
})
