import { describe, expect, it } from 'vitest'
import { createBucket } from '../../../src/sandbox/shopify/cost/bucket.ts'
import { ask, document, setup } from './support.ts'

const costOf = async (sandbox: Awaited<ReturnType<typeof setup>>, query: string, variables = {}) => {
  const { extensions, errors } = await ask(sandbox, query, { variables })
  expect(errors).toBeUndefined()
  return [extensions.cost.requestedQueryCost, extensions.cost.actualQueryCost]
}

// Sources of the rules: src/sandbox/shopify/cost/cost.ts.
describe('the cost of a query', () => {
  it('is 1 for an object, nothing for a scalar, and 2 and its objects for a connection', async () => {
    const sandbox = await setup()
    expect(await costOf(sandbox, '{ shop { id name } }')).toEqual([1, 1])
    expect(await costOf(sandbox, '{ shop { id plan { shopifyPlus } } }')).toEqual([2, 2])
    expect(await costOf(sandbox, '{ orders(first: 10) { nodes { id name } pageInfo { endCursor } } }')).toEqual([
      12, 12,
    ])
    expect(await costOf(sandbox, '{ orders(first: 10) { edges { cursor node { id } } } }')).toEqual([12, 12])
    expect(await costOf(sandbox, '{ orders(first: 10) { nodes { totalPriceSet { shopMoney { amount } } } } }')).toEqual(
      [32, 32],
    )
  })

  it('counts what is asked for before, and what the answer holds after', async () => {
    const sandbox = await setup({ counts: { orders: 4, products: 3 } })
    expect(await costOf(sandbox, '{ orders(first: 100) { nodes { id } } }')).toEqual([102, 6])
    const nested = 'query ($n: Int!) { products(first: 5) { nodes { id variants(first: $n) { nodes { id } } } } }'
    const variants = sandbox.expected('productVariants').length
    expect(await costOf(sandbox, nested, { n: 7 })).toEqual([2 + 5 * (1 + 2 + 7), 2 + 3 * (1 + 2) + variants])
  })

  it('counts a list with a size like a connection, and one without a size once', async () => {
    const sandbox = await setup({ counts: { orders: 1 } })
    const [order] = sandbox.expected('orders')
    const count = (order!.transactions as unknown[]).length
    expect(await costOf(sandbox, '{ orders(first: 1) { nodes { transactions(first: 9) { id } } } }')).toEqual([
      14,
      5 + count,
    ])
    expect((await costOf(sandbox, '{ orders(first: 1) { nodes { transactions { id } } } }'))[0]).toBe(4)
  })

  it('is the most that one of several types can cost', async () => {
    const sandbox = await setup()
    const [order] = sandbox.expected('orders')
    const query = `{ node(id: "${order!.id}") { id ... on Order { customer { id } totalPriceSet { shopMoney { amount } } } ... on Customer { amountSpent { amount } } } }`
    expect((await costOf(sandbox, query))[0]).toBe(4)
  })

  it('grows with the logarithm of the size where the sandbox is told so', async () => {
    const sandbox = await setup({ costs: 'logarithmic' })
    const query = '{ orders(first: 250) { nodes { customer { id } } } }'
    expect((await costOf(sandbox, query))[0]).toBe(2 + 11 * 2)
    expect((await costOf(sandbox, '{ orders(first: 1) { nodes { id } } }'))[0]).toBe(3)
  })

  it('of more than 1,000 points is refused before anything is read', async () => {
    const sandbox = await setup()
    const query = (first: number) =>
      `{ orders(first: ${first}) { nodes { customer { id } totalPriceSet { shopMoney { amount } } } } }`
    const refused = await ask(sandbox, query(250))
    expect([refused.status, refused.data, refused.code]).toEqual([200, undefined, 'MAX_COST_EXCEEDED'])
    expect(refused.errors[0].extensions).toMatchObject({ cost: 1_002, maxCost: 1_000 })
    expect(refused.extensions.cost).toMatchObject({ requestedQueryCost: 1_002, actualQueryCost: null })
    expect((await ask(sandbox, query(249))).errors).toBeUndefined()
    expect((await ask(await setup({ mostRequested: 10_000 }), query(250))).errors).toBeUndefined()
  })

  it('of the documented query of orders is too high by the linear rule even for one order', async () => {
    const variables = { first: 1, by: 'UPDATED_AT', query: null }
    expect((await ask(await setup(), document('orders'), { variables })).code).toBe('MAX_COST_EXCEEDED')
  })
})

describe('the points of an app', () => {
  const query = '{ orders(first: 98) { nodes { id } } }'

  it('restore by the plan, and the bucket holds those of twenty seconds', async () => {
    for (const [points, restoreRate] of [
      ['standard', 100],
      ['advanced', 200],
      ['plus', 1_000],
      ['enterprise', 2_000],
    ] as const) {
      const { extensions } = await ask(await setup({ points }), '{ shop { id } }')
      expect(extensions.cost.throttleStatus).toMatchObject({ maximumAvailable: restoreRate * 20, restoreRate })
    }
  })

  it('must hold what is requested; an answer with THROTTLED has status 200 and no data', async () => {
    const sandbox = await setup({ points: { restoreRate: 0.001, maximumAvailable: 150 } })
    const first = await ask(sandbox, query)
    expect(first.extensions.cost.throttleStatus.currentlyAvailable).toBe(50)
    const second = await ask(sandbox, query)
    expect([second.status, second.data, second.code, second.errors[0].message]).toEqual([
      200,
      undefined,
      'THROTTLED',
      'Throttled',
    ])
    expect(second.extensions.cost).toEqual({
      requestedQueryCost: 100,
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 150, currentlyAvailable: 50, restoreRate: 0.001 },
    })
    expect(sandbox.stats().points).toMatchObject({ queries: 1, requested: 100, actual: 100, throttled: 1 })
  })

  it('come back for what was requested and not there', async () => {
    const sandbox = await setup({ points: { restoreRate: 0.001, maximumAvailable: 150 }, counts: { orders: 3 } })
    const { extensions } = await ask(sandbox, query)
    expect(extensions.cost).toMatchObject({ requestedQueryCost: 100, actualQueryCost: 5 })
    expect(extensions.cost.throttleStatus.currentlyAvailable).toBe(145)
  })

  it('are held while a query is answered', async () => {
    const points = { restoreRate: 0.001, maximumAvailable: 150 }
    const sandbox = await setup({ points, counts: { orders: 3 }, latencyMs: 3_600_000 })
    const both = [ask(sandbox, query), ask(sandbox, query)]
    expect((await Promise.race(both)).code).toBe('THROTTLED')
    // The other waits until the sandbox is closed.
    Promise.all(both).catch(() => {})
  })

  it('restore with time, up to the size of the bucket', () => {
    let elapsed = 0
    const bucket = createBucket({ restoreRate: 100, maximumAvailable: 1_000 }, () => elapsed)
    expect(bucket.take(1_000)).toBe(true)
    expect(bucket.take(1)).toBe(false)
    elapsed = 2_500
    expect(bucket.status().currentlyAvailable).toBe(250)
    expect([bucket.take(251), bucket.take(250)]).toEqual([false, true])
    elapsed = 60_000
    expect(bucket.status().currentlyAvailable).toBe(1_000)
  })
})
