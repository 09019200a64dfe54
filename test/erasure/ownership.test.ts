import { getTableName } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { providers } from '../../scripts/docs/providers.ts'
import {
  coupons,
  customers,
  invoices,
  payments,
  payouts,
  prices,
  products,
  providerObjects,
  refunds,
  taxRates,
} from '../../src/db/schema.ts'
import { syncedTables } from '../../src/db/synced-tables.ts'
import { type Ownership, ownerOfReject, ownerOfRow, ownershipOf } from '../../src/erasure/ownership.ts'
import { resources } from '../../src/providers/stripe/resources/index.ts'

const ownership = ownershipOf(resources)
const namesOf = (tables: Ownership['tables']) => tables.map(({ table }) => getTableName(table)).toSorted()

/** Each provider's resources and nested lists. */
const listed = providers.map(
  ({ name, resources }) => [name, resources.flatMap((resource) => [resource, ...(resource.nested ?? [])])] as const,
)

/** The tables whose rows customers share. */
const shared: readonly string[] = [
  ...[products, prices, coupons, taxRates, payouts].map(getTableName),
  'price_options',
  'price_tiers',
  'coupon_options',
]

test.each(listed)('every row of %s has an owner, or is of a table whose rows customers share', (_, lists) => {
  const unowned = lists.filter(({ owner }) => owner === null).map(({ table }) => getTableName(table))
  expect(unowned.filter((table) => !shared.includes(table))).toEqual([])
  expect(lists.filter(({ owner, table }) => owner && shared.includes(getTableName(table)))).toEqual([])
})

test('some provider fills every table', () => {
  const filled = listed.flatMap(([, lists]) => lists).map(({ table }) => getTableName(table))
  expect([...new Set(filled)].toSorted()).toEqual([...syncedTables.keys()])
})

test('rows without a customer may be stored before the objects they are about in these tables only', () => {
  expect(namesOf(ownership.indirectlyOwned)).toEqual([
    'balance_transactions',
    'credit_note_lines',
    'disputes',
    'invoice_lines',
    'invoice_payments',
    'provider_objects',
    'refunds',
    'subscription_items',
  ])
})

test.each(listed)(
  'a resource of %s with a table of its own has the name of the table, by which its tally is found',
  (_, lists) => {
    for (const { name, table } of lists.filter(({ table }) => table !== providerObjects))
      expect(name).toBe(getTableName(table))
  },
)

describe('the owner of a row is read', () => {
  const owner = (table: Parameters<typeof ownerOfRow>[1]['table'], columns: object, raw: unknown = {}) =>
    ownerOfRow(ownership, { table, row: { id: 'self', ...columns }, raw })
  const nobody = { id: 'self', customers: [], about: [], owns: [] }

  test('from its columns', () => {
    expect(owner(customers, { email: 'x' })).toEqual(nobody)
    expect(owner(products, { defaultPriceId: 'price_1' })).toEqual(nobody)
    expect(owner(invoices, { customerId: 'cus_1', subscriptionId: 'sub_1' })).toEqual({
      id: 'self',
      customers: ['cus_1'],
      about: ['sub_1'],
      owns: [],
    })
    expect(owner(payments, { customerId: null, paymentIntentId: 'pi_1', paymentMethodId: 'pm_1' })).toMatchObject({
      customers: [],
      about: ['pi_1'],
      owns: ['pm_1'],
    })
    expect(owner(refunds, { paymentId: 'ch_1' }, { charge: 'other' }).about).toEqual(['ch_1'])
  })

  test('from the payload of an object that has no columns for it', () => {
    const object = (raw: object) => owner(providerObjects, {}, raw)
    expect(object({ customer: { id: 'cus_1', object: 'customer' } }).customers).toEqual(['cus_1'])
    expect(object({ owner: { type: 'customer', customer: 'cus_1' } }).customers).toEqual(['cus_1'])
    expect(object({ source_transaction: 'ch_1', metadata: { customer: 'cus_1' } })).toMatchObject({
      customers: [],
      about: ['ch_1'],
    })
  })

  test('from each element of a list in the payload', () => {
    const paid = { path: 'tenders.*.customer_id' }
    const resource = { name: 'a', table: customers, row: () => ({ id: 'self' }), owner: { customer: [paid] } }
    const ids = (raw: object) =>
      ownerOfRow(ownershipOf([resource]), { table: customers, row: { id: 'self' }, raw }).customers
    expect(ids({ tenders: [{ customer_id: 'ada' }, {}, { customer_id: 'bob' }] })).toEqual(['ada', 'bob'])
    for (const raw of [{}, { tenders: null }, { tenders: 'x' }]) expect(ids(raw)).toEqual([])
  })

  test('from the payload if only an object that it owns has no column', () => {
    const resource = {
      name: 'a',
      table: customers,
      row: () => ({ id: 'self' }),
      owner: { owns: [{ path: 'card.id' }] },
    }
    const row = { table: customers, row: { id: 'self' }, raw: { card: { id: 'card_1' } } }
    expect(ownerOfRow(ownershipOf([resource]), row).owns).toEqual(['card_1'])
  })
})

describe('the owner of a rejected item', () => {
  const owner = (resource: string, payload: string) => ownerOfReject(ownership, { resource, payload })
  const charge = { id: 'ch_1', customer: { id: 'cus_1' }, payment_intent: 'pi_1', payment_method: 'pm_1' }

  test('is read by its resource', () => {
    expect(owner('payments', JSON.stringify(charge))).toEqual({
      id: 'ch_1',
      customers: ['cus_1'],
      about: ['pi_1'],
      owns: ['pm_1'],
    })
    expect(owner('reviews', JSON.stringify({ id: 'prv_1', charge: 'ch_1' }))).toMatchObject({ about: ['ch_1'] })
    expect(owner('invoice_lines', JSON.stringify({ id: 'il_1' }))).toMatchObject({ id: 'il_1', customers: [] })
  })

  test.each([
    ['was cut', 'payments', JSON.stringify(charge).slice(0, -1)],
    ['has no id', 'payments', '{}'],
    ['is of a resource that the provider no longer has', 'unicorns', JSON.stringify(charge)],
  ])('is not known if the item %s', (_, resource, payload) => {
    expect(owner(resource, payload)).toBeNull()
  })
})

test('resources that share a table share their owners', () => {
  const resource = { table: providerObjects, row: () => ({ id: 'self', resource: 'any' }) }
  const shared = ownershipOf([
    { ...resource, name: 'a', owner: { customer: [{ path: 'customer' }], about: [{ path: 'charge' }] } },
    { ...resource, name: 'b', owner: null },
    {
      ...resource,
      name: 'c',
      owner: { customer: [{ path: 'customer' }, { path: 'buyer' }], owns: [{ path: 'card' }] },
    },
  ])
  expect(shared.tables).toEqual([
    {
      table: providerObjects,
      customer: [{ path: 'customer' }, { path: 'buyer' }],
      about: [{ path: 'charge' }],
      owns: [{ path: 'card' }],
      isIndirect: false,
    },
  ])
})
