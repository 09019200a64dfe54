import { describe, expect, it } from 'vitest'
import type { Density, Sandbox } from '../../src/sandbox/stripe/index.ts'
import { ask, idOf, now, setup } from './support.ts'

const year = 365 * 86_400

describe('generated customers', () => {
  it('have the fields of the API version and about 1.5 kB', async () => {
    const customers = (await setup({ customers: 500 })).expected('customers')
    for (const customer of customers) expect(Object.keys(customer).sort()).toEqual([...customerFields])
    const bytes = Buffer.byteLength(JSON.stringify(customers)) / customers.length
    expect(bytes).toBeGreaterThan(1_300)
    expect(bytes).toBeLessThan(1_700)
    expect(new Set(customers.map(idOf)).size).toBe(500)
    for (const { id } of customers) expect(id).toMatch(/^cus_[0-9A-Za-z]{14}$/)
  })

  it('are the same for the same seed and differ for another seed', async () => {
    const [first, same, other] = await Promise.all([1, 1, 2].map((seed) => setup({ customers: 300, seed })))
    expect(same!.expected('customers')).toEqual(first!.expected('customers'))
    expect(other!.expected('customers').map(idOf)).not.toEqual(first!.expected('customers').map(idOf))
  })

  const spread: Record<Density, (times: readonly number[]) => void> = {
    // u^(1/7): half of all customers lie in the last tenth of the time, 1 - 0.5^(1/7).
    growing: (times) => expect(share(times, now - 0.0943 * 5 * 365.25 * 86_400, now)).toBeCloseTo(0.5, 1),
    uniform: (times) => expect(share(times, now - 2.5 * 365.25 * 86_400, now)).toBeCloseTo(0.5, 1),
    burst: (times) => expect(share(times, now - year, now - year + 86_400)).toBeCloseTo(0.9, 1),
    // Six in ten of them, and 30 days of five years of the others.
    peaked: (times) => expect(share(times, now - 30 * 86_400, now)).toBeCloseTo(0.6, 1),
    // A customer in each busy week, and an eighth of the weeks is busy.
    sparse: (times) => expect(new Set(times.map((time) => Math.floor(time / (7 * 86_400)))).size).toBeLessThan(70),
    'same-second': (times) => expect(largestSecond(times)).toBe(200),
  }
  it.each(Object.keys(spread) as Density[])('are spread over five years as the density says: %s', async (density) => {
    const times = seconds(await setup({ customers: 2_000, density }))
    expect(times).toHaveLength(2_000)
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(now - 5 * 365.25 * 86_400)
    expect(Math.max(...times)).toBeLessThan(now)
    spread[density](times)
  })

  it('share one second in the number that is set, by default 1,000 of 10,000', async () => {
    const byDefault = await setup({ customers: 10_000, density: 'same-second' })
    const asSet = await setup({ customers: 500, density: 'same-second', sameSecond: 250 })
    expect([largestSecond(seconds(byDefault)), largestSecond(seconds(asSet))]).toEqual([1_000, 250])
  })

  it('take less than 200 MB for a million customers', async () => {
    const before = process.memoryUsage().rss
    const sandbox = await setup({ customers: 1_000_000 })
    expect((await ask(sandbox, '/v1/customers?limit=100')).ids).toHaveLength(100)
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6)
  })
})

const seconds = (sandbox: Sandbox) => sandbox.expected('customers').map((object) => Number(object.created))

const share = (times: readonly number[], from: number, to: number) =>
  times.filter((time) => time >= from && time < to).length / times.length

function largestSecond(times: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const time of times) counts.set(time, (counts.get(time) ?? 0) + 1)
  return Math.max(...counts.values())
}

const customerFields = [
  'address',
  'balance',
  'created',
  'currency',
  'default_source',
  'delinquent',
  'description',
  'discount',
  'email',
  'id',
  'invoice_prefix',
  'invoice_settings',
  'livemode',
  'metadata',
  'name',
  'next_invoice_sequence',
  'object',
  'phone',
  'preferred_locales',
  'shipping',
  'tax_exempt',
  'test_clock',
]
