import { ceilingScenario } from './single.ts'

export const one25 = ceilingScenario({
  name: 'one-25',
  about: 'One resource behind the 25 requests/s of an endpoint.',
  sizes: { full: 100_000, quick: 5_000, smoke: 1_000 },
  conditions: { latencyMs: 200, accountPerSecond: 100, endpointPerSecond: 25 },
  share: 0.97,
})

export const one100 = ceilingScenario({
  name: 'one-100',
  about: 'One resource whose endpoint was lifted to the account’s 100 requests/s.',
  sizes: { full: 100_000, quick: 20_000, smoke: 1_000 },
  conditions: { latencyMs: 200, accountPerSecond: 100, endpointPerSecond: 100 },
  share: 0.95,
})
