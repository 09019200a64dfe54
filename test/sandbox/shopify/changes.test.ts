import { describe, expect, it } from 'vitest'
import { resourceNames } from '../../../src/sandbox/shopify/index.ts'
import { steps } from '../../../src/sandbox/shopify/simulate/steps.ts'
import { ask, at, day, idsOf, now, page, readAll, setup } from './support.ts'

const byUpdate = { sortKey: 'UPDATED_AT', reverse: true, fields: 'updatedAt note' }

describe('a change', () => {
  it('moves an object in the order of changes and keeps its place in the order of creation', async () => {
    const sandbox = await setup()
    const created = { sortKey: 'CREATED_AT', fields: 'updatedAt note' }
    const before = await readAll(sandbox, 'orders', created)
    const changed = before[20]!
    sandbox.advance(60)
    sandbox.update('orders', changed.id, { note: 'changed' })
    const after = await readAll(sandbox, 'orders', created)
    expect(idsOf(after)).toEqual(idsOf(before))
    expect(after[20]).toEqual({ id: changed.id, note: 'changed', updatedAt: at(now + 60) })
    expect((await page(sandbox, 'orders', byUpdate)).nodes[0]).toEqual(after[20])
    const since = await readAll(sandbox, 'orders', { ...byUpdate, query: `updated_at:>='${at(now + 60)}'` })
    expect(since).toEqual([after[20]])
  })

  it('shifts the pages of a list by change that is read meanwhile', async () => {
    const sandbox = await setup()
    const up = { ...byUpdate, reverse: false, first: 20 }
    const first = await page(sandbox, 'orders', up)
    sandbox.advance(1)
    // An object of the next page goes to the end of the list, and one that was read is seen again.
    const { nodes: next } = await page(sandbox, 'orders', { ...up, after: first.pageInfo.endCursor })
    sandbox.update('orders', next[0].id, { note: 'moved' })
    sandbox.update('orders', first.nodes[0].id, { note: 'moved too' })
    const second = await page(sandbox, 'orders', { ...up, after: first.pageInfo.endCursor })
    expect(idsOf(second.nodes).slice(0, 19)).toEqual(idsOf(next).slice(1))
    const all = await readAll(sandbox, 'orders', up)
    expect(idsOf(all.slice(-2)).toSorted()).toEqual(idsOf([next[0], first.nodes[0]]).toSorted())
  })

  it('shows in the lists after the lag, and at once where it is asked for by its id', async () => {
    const sandbox = await setup({ lag: 30 })
    const [newest] = await readAll(sandbox, 'customers', byUpdate)
    const added = sandbox.insert('customers', { note: 'added' })
    sandbox.update('customers', newest!.id, { note: 'changed' })
    sandbox.advance(29)
    expect((await page(sandbox, 'customers', byUpdate)).nodes[0]).toEqual(newest)
    const query = `{ nodes(ids: ["${added.id}", "${newest!.id}"]) { ... on Customer { note } } }`
    expect((await ask(sandbox, query)).data.nodes).toEqual([{ note: 'added' }, { note: 'changed' }])
    sandbox.advance(1)
    const { nodes } = await page(sandbox, 'customers', byUpdate)
    expect(
      nodes
        .slice(0, 2)
        .map(({ note }) => note)
        .toSorted(),
    ).toEqual(['added', 'changed'])
    expect(sandbox.expected('customers')).toContainEqual(added)
  })

  it('can come late: an order of yesterday that lists show today', async () => {
    const sandbox = await setup()
    const moments = { createdAt: at(now - day), processedAt: at(now - 2 * day), updatedAt: at(now - day) }
    const order = sandbox.insert('orders', moments, { listedFrom: now + 60 })
    expect(idsOf(await readAll(sandbox, 'orders'))).not.toContain(order.id)
    sandbox.advance(60)
    const window = `created_at:>='${at(now - day)}' created_at:<'${at(now - day + 1)}'`
    expect(idsOf(await readAll(sandbox, 'orders', { query: window, sortKey: 'CREATED_AT' }))).toContain(order.id)
  })

  it('that deletes a product deletes its variants, and each leaves an event', async () => {
    const sandbox = await setup()
    const product = sandbox.expected('products').find(({ variants }) => (variants as unknown[]).length === 3)!
    const variants = idsOf(product.variants as [])
    sandbox.advance(10)
    sandbox.remove('products', product.id)
    expect(idsOf(await readAll(sandbox, 'products'))).not.toContain(product.id)
    const left = idsOf(await readAll(sandbox, 'productVariants', { first: 250 }))
    expect(left.filter((id) => variants.includes(id))).toEqual([])
    expect((await ask(sandbox, `{ product(id: "${product.id}") { id } }`)).data.product).toBeNull()
    const query = `action:destroy created_at:>='${at(now + 10)}'`
    const fields = 'action createdAt message ... on BasicEvent { subjectId subjectType }'
    const events = await readAll(sandbox, 'events', { query, sortKey: 'CREATED_AT', fields })
    expect(events.map(({ subjectType, subjectId }) => [subjectType, subjectId]).toSorted()).toEqual(
      [['PRODUCT', product.id], ...variants.map((id) => ['PRODUCT_VARIANT', id])].toSorted(),
    )
    expect(events[0]).toMatchObject({ action: 'destroy', createdAt: at(now + 10) })
  })

  it('never changes the id or the moment of creation', async () => {
    const sandbox = await setup()
    const [order] = sandbox.expected('orders')
    expect(() => sandbox.update('orders', order!.id, { id: 'other' })).toThrow('never change')
    expect(() => sandbox.update('orders', order!.id, { createdAt: at(0) })).toThrow('never change')
    expect(() => sandbox.update('orders', 'unknown', {})).toThrow('no orders unknown')
    expect(() => sandbox.insert('orders', { id: order!.id })).toThrow('already')
  })

  it('of a dispute shows in its order', async () => {
    const sandbox = await setup()
    const order = sandbox.expected('orders').find(({ disputes }) => (disputes as unknown[]).length === 0)!
    sandbox.insert('disputes', { order: { id: order.id }, status: 'NEEDS_RESPONSE', type: 'CHARGEBACK' })
    const { data } = await ask(sandbox, `{ order(id: "${order.id}") { disputes { id status initiatedAs } } }`)
    expect(data.order.disputes).toMatchObject([{ status: 'NEEDS_RESPONSE', initiatedAs: 'CHARGEBACK' }])
  })
})

describe('events', () => {
  // The table of the schema: event data is retained for a year.
  it('are kept for a year', async () => {
    const sandbox = await setup({ density: 'uniform', counts: { events: 400 } })
    const kept = sandbox.expected('events').filter(({ createdAt }) => String(createdAt) >= at(now - 365 * day))
    expect(kept.length).toBeGreaterThan(20)
    expect(kept.length).toBeLessThan(200)
    expect(idsOf(await readAll(sandbox, 'events')).toSorted()).toEqual(idsOf(kept).toSorted())
  })

  it('are of several actions and subjects', async () => {
    const sandbox = await setup({ counts: { events: 200 } })
    const fields = 'action ... on BasicEvent { subjectId subjectType }'
    const destroyed = await readAll(sandbox, 'events', { query: 'action:destroy', fields })
    expect(destroyed.length).toBeGreaterThan(5)
    expect(new Set(destroyed.map(({ action }) => action))).toEqual(new Set(['destroy']))
    const products = await readAll(sandbox, 'events', { query: 'subject_type:PRODUCT action:create', fields })
    expect(new Set(products.map(({ subjectType }) => subjectType))).toEqual(new Set(['PRODUCT']))
  })
})

describe('a simulated month', () => {
  it('is the same for the same seed and differs for another seed', async () => {
    const [first, same, other] = await Promise.all(
      [3, 3, 4].map(async (seed) => {
        const sandbox = await setup()
        const changes = sandbox.simulate(20, { seed, perDay: 5 })
        return { changes, all: resourceNames.map((name) => sandbox.expected(name)) }
      }),
    )
    expect(same).toEqual(first)
    expect(other!.changes).not.toEqual(first!.changes)
  })

  it('moves the clock, takes every kind of step, and every list still holds all there is', async () => {
    const sandbox = await setup({ orders: 480 })
    const changes = sandbox.simulate(30, { perDay: 12 })
    expect(sandbox.now()).toBe(now + 30 * day)
    expect(new Set(changes.map(({ step }) => step))).toEqual(new Set(steps.map(([step]) => step)))
    for (const name of [
      'customers',
      'orders',
      'products',
      'productVariants',
      'subscriptionContracts',
      'disputes',
    ] as const)
      expect([name, idsOf(await readAll(sandbox, name, { first: 250 })).toSorted()]).toEqual([
        name,
        idsOf(sandbox.expected(name)).toSorted(),
      ])
  })

  it('can be followed by the times of change and the events of destruction', async () => {
    const sandbox = await setup({ mostRequested: 100_000 })
    const fields =
      'note updatedAt displayFinancialStatus transactions { id status } refunds { id } totalRefundedSet { shopMoney { amount } } disputes { id status } lineItems(first: 250) { nodes { id currentQuantity } }'
    const listing = { sortKey: 'UPDATED_AT', reverse: true, fields }
    const copy = new Map((await readAll(sandbox, 'orders', listing)).map((order) => [order.id, order]))
    for (let round = 0; round < 5; round++) {
      const since = at(sandbox.now() - 600)
      sandbox.simulate(6, { perDay: 12, seed: round })
      sandbox.advance(300)
      for (const order of await readAll(sandbox, 'orders', { ...listing, query: `updated_at:>='${since}'` }))
        copy.set(order.id, order)
      const query = `action:destroy subject_type:ORDER created_at:>='${since}'`
      for (const event of await readAll(sandbox, 'events', { query, fields: '... on BasicEvent { subjectId }' }))
        copy.delete(event.subjectId)
      const now = await readAll(sandbox, 'orders', listing)
      expect(new Map([...copy].toSorted())).toEqual(new Map(now.map((order) => [order.id, order] as const).toSorted()))
    }
  })
})
