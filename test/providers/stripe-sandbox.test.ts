import { expect, onTestFinished, test } from 'vitest'
import { Item } from '../../src/json/item.ts'
import type { Page, Query } from '../../src/provider/contract.ts'
import { openStripe, type StripeConnection } from '../../src/providers/stripe/connection.ts'
import { billing } from '../../src/providers/stripe/resources/index.ts'
import { openSandbox, type Sandbox, type StripeObject } from '../../src/sandbox/stripe/index.ts'
import { valuesOf } from '../support/items.ts'
import { driftOf, nestedOf } from './stripe-objects.ts'

/*
 * The resources against the sandbox over HTTP: they ask what Stripe answers, and nothing it sends is of unknown shape.
 */

const signal = new AbortController().signal

async function connect() {
  const sandbox = await openSandbox({ customers: 60, limits: 'none' })
  const connection = openStripe(
    { tenantId: 'any', accessToken: 'sk_live_sandbox' },
    { apiKey: undefined, apiBase: sandbox.url, perSecond: undefined, endpointPerSecond: undefined },
  )
  onTestFinished(async () => {
    connection.close()
    await sandbox.close()
  })
  return { sandbox, connection }
}

async function readAll(list: (query: Query) => Promise<Page>, query: Omit<Query, 'limit'>): Promise<StripeObject[]> {
  const items: StripeObject[] = []
  for (let cursor = query.cursor; ; ) {
    const page = await list({ ...query, cursor, limit: 40 })
    items.push(...(valuesOf(page.items) as StripeObject[]))
    if (page.next === null) return items
    cursor = page.next
  }
}

/** What a complete copy of the list holds. The sandbox calls some resources as Stripe does. */
function truth(sandbox: Sandbox, name: string): readonly StripeObject[] {
  const called: Readonly<Record<string, string>> = { payments: 'charges', invoice_items: 'invoiceitems' }
  return sandbox.expected((called[name] ?? name) as Parameters<Sandbox['expected']>[0])
}

const byId = (left: StripeObject, right: StripeObject) => (left.id < right.id ? -1 : 1)

/** Options of prices and coupons are in test/revenue: what they are of is in these lists. */
const lists = billing.filter(({ name }) => !name.endsWith('_options'))

test.each(lists.map((resource) => [resource.name, resource] as const))(
  '%s: all are read, and everything in them is understood',
  async (name, resource) => {
    const { sandbox, connection } = await connect()
    const list = (query: Query) => resource.list(connection, query, signal)
    const parts = resource.parts?.map((part) => ({ part, cursor: null })) ?? [{ cursor: null }]
    const items = (await Promise.all(parts.map((part) => readAll(list, part)))).flat()
    const prices = name === 'prices' ? await pricesOnItems(connection) : []
    const all = [...new Set([...items, ...prices].map(({ id }) => id))]
    expect(all.toSorted()).toEqual(
      truth(sandbox, name)
        .map(({ id }) => id)
        .toSorted(),
    )
    expect(items.length).toBeGreaterThan(0)
    expect(items.flatMap((item) => driftOf(resource.row, Item.of(item)))).toEqual([])
    expect(items.map((item) => resource.row(Item.of(item)).createdAt ?? 'no creation')).toEqual(
      items.map((item) => new Date(Number(item[resource.createdFilter?.field ?? 'created']) * 1_000)),
    )
    // The discounts of a subscription are ids in it, and only another request shows them.
    for (const nested of nestedOf(resource).filter(({ name }) => name !== 'discounts'))
      await checkNested(nested, items, connection)
    const [first] = items
    if (!first) return
    expect((await resource.retrieve?.(connection, first.id, signal))?.item?.id).toBe(first.id)
    expect(await resource.retrieve?.(connection, `${first.id}_none`, signal)).toEqual({
      item: null,
      observedAt: expect.any(Date),
    })
  },
)

/** The prices that only items of subscriptions show, however many items there are. */
async function pricesOnItems(connection: StripeConnection): Promise<StripeObject[]> {
  const subscriptions = billing.find(({ name }) => name === 'subscriptions')!
  const [items] = nestedOf(subscriptions)
  const parents = await readAll((query) => subscriptions.list(connection, query, signal), { cursor: null })
  const perParent = parents.map(async (parent) => {
    const next = items?.embedded(Item.of(parent))?.next
    const rest = next
      ? await readAll((query) => items!.list(connection, parent.id, query, signal), { cursor: next })
      : []
    return [
      subscriptions.embeddedItems?.(Item.of(parent)),
      ...rest.map((item) => items?.embeddedItems?.(Item.of(item))),
    ]
  })
  const prices = (await Promise.all(perParent)).flat().flatMap((item) => item?.prices ?? [])
  return prices.map(({ item }) => item.value()) as StripeObject[]
}

async function checkNested(
  nested: ReturnType<typeof nestedOf>[number],
  parents: readonly StripeObject[],
  connection: StripeConnection,
): Promise<void> {
  let fetched = 0
  for (const parent of parents) {
    const embedded = nested.embedded(Item.of(parent))
    expect(embedded).not.toBeNull()
    const first = valuesOf(embedded?.items ?? []) as readonly StripeObject[]
    const list = (query: Query) => nested.list(connection, parent.id, query, signal)
    const rest = embedded?.next ? await readAll(list, { cursor: embedded.next }) : []
    fetched += rest.length
    const all = [...first, ...rest]
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    expect(all.toSorted(byId)).toEqual((await readAll(list, { cursor: null })).toSorted(byId))
    expect(all.flatMap((item) => driftOf(nested.row, Item.of(item)))).toEqual([])
    expect(all.map((item) => nested.row(Item.of(item)))).toEqual(
      all.map((item) => expect.objectContaining({ id: item.id, [nested.parent]: null })),
    )
  }
  if (nested.name !== 'credit_note_lines') expect(fetched).toBeGreaterThan(0)
}

test('a deleted customer is gone, though Stripe has a stub of it', async () => {
  const { sandbox, connection } = await connect()
  const [first] = sandbox.expected('customers')
  sandbox.remove('customers', first!.id)
  const customers = billing.find(({ name }) => name === 'customers')
  expect(await customers?.retrieve?.(connection, first!.id, signal)).toEqual({
    item: null,
    observedAt: expect.any(Date),
  })
})
