import { expect, it, onTestFinished } from 'vitest'
import { names, openLocalAccount } from '../sync/estimate/local-account.ts'

const densities = ['uniform', 'growing', 'burst', 'peaked', 'sparse'] as const
const cells = names.flatMap((name) => densities.map((density) => [name, density] as const))
const distances: number[] = []

it.each(cells)('an estimate of %s, %s: a full run is within its range', async (name, density) => {
  // No figure of the estimate was chosen by the lists of this seed.
  const account = await openLocalAccount(name, { density, customers: 250, seed: 101 })
  onTestFinished(account.close)
  const { resources, asked: requestsMade } = await account.estimate()
  const { counts } = await account.count()
  const outside = Object.entries(resources).filter(([resource, { items }]) => {
    const there = counts[resource] ?? 0
    return there < items.least || there > (items.most ?? there) || items.likely < items.least
  })
  expect(outside).toEqual([])
  expect(Object.values(resources).filter(({ skipped }) => skipped)).toEqual([])
  expect(Object.values(resources).some(({ items }) => items.least === items.most)).toBe(true)
  expect(requestsMade).toBeLessThanOrEqual(5 * Object.keys(resources).length)
  for (const [resource, { items }] of Object.entries(resources))
    distances.push(Math.abs(items.likely - (counts[resource] ?? 0)) / Math.max(1, counts[resource] ?? 0))
})

it('transactions of PayPal have the requests of the resources that are made of them', async () => {
  const account = await openLocalAccount('paypal', { density: 'uniform', customers: 1_000, seed: 101 })
  onTestFinished(account.close)
  const { resources } = await account.estimate()
  const { counts } = await account.count()
  for (const name of ['balance_transactions', 'payments', 'refunds', 'payouts'])
    expect([name, Math.abs((resources[name]?.items.likely ?? 0) / (counts[name] ?? 0) - 1) < 0.2]).toEqual([name, true])
  // Twenty-five windows of 31 days.
  expect(resources.balance_transactions?.items.least).toBeGreaterThan((counts.balance_transactions ?? 0) / 2)
})

it('the estimates are within 20 % for most resources', () => {
  const close = distances.filter((distance) => distance <= 0.2).length
  expect(close / distances.length).toBeGreaterThan(0.9)
})
