import { getTableName } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { belongings, followers, sharedTables } from '../../src/db/belongings.ts'
import { customers, invoices, payments, providerObjects, refunds } from '../../src/db/schema.ts'
import { syncedTables } from '../../src/db/synced-tables.ts'
import { idsIn, isErased, type Owned, ownerOfRow } from '../../src/erasure/ownership.ts'
import { billing } from '../../src/providers/stripe/resources/index.ts'
import { nestedOf } from '../support/stripe-objects.ts'

test('of every table it is known whose its rows are', () => {
  const known = [...belongings.map(({ table }) => table), ...sharedTables].map(getTableName)
  expect(known.toSorted()).toEqual([...syncedTables.keys()])
  expect(followers.map(({ table }) => getTableName(table))).toEqual([
    'refunds',
    'disputes',
    'subscription_items',
    'invoice_lines',
    'credit_note_lines',
    'invoice_payments',
    'balance_transactions',
    'provider_objects',
  ])
})

test('resources with a table of their own are called as it is: their tallies are found by it', () => {
  for (const { name, table } of [...billing, ...billing.flatMap(nestedOf)]) expect(name).toBe(getTableName(table))
})

const row = (table: Parameters<typeof ownerOfRow>[0]['table'], columns: object, raw: unknown = {}) =>
  ownerOfRow({ table, row: { id: 'own', ...columns }, raw })

test('a row says whose it is by its columns, an object by its payload', () => {
  const nobody = { customer: null, about: [], owns: [] }
  expect(row(customers, { email: 'x' })).toEqual({ id: 'own', ...nobody })
  expect(row(invoices, { customerId: 'cus_1', subscriptionId: 'sub_1' })).toEqual({
    id: 'own',
    customer: 'cus_1',
    about: ['sub_1'],
    owns: [],
  })
  expect(row(payments, { customerId: null, paymentIntentId: 'pi_1', paymentMethodId: 'pm_1' })).toMatchObject({
    customer: null,
    about: ['pi_1'],
    owns: ['pm_1'],
  })
  expect(row(refunds, { paymentId: 'ch_1' }, { charge: 'other' }).about).toEqual(['ch_1'])
  const object = (raw: object) => row(providerObjects, {}, raw)
  expect(object({ customer: { id: 'cus_1', object: 'customer' } }).customer).toBe('cus_1')
  expect(object({ owner: { type: 'customer', customer: 'cus_1' } }).customer).toBe('cus_1')
  expect(object({ source_transaction: 'ch_1', metadata: { customer: 'cus_1' } })).toMatchObject({
    customer: null,
    about: ['ch_1'],
  })
})

test.each<[string, Partial<Owned>, boolean]>([
  ['is erased itself', { id: 'gone', customer: 'other' }, true],
  ['is an erased customer’s', { customer: 'gone' }, true],
  ['is about something erased and names no customer', { about: ['other', 'gone'] }, true],
  ['is about something erased and is another customer’s', { customer: 'other', about: ['gone'] }, false],
  ['is about nothing erased', { about: ['other'] }, false],
])('what %s', (_, whose, erased) => {
  const one = { id: 'own', customer: null, about: [], owns: [], ...whose }
  expect(isErased(one, (id) => id === 'gone')).toBe(erased)
})

test('every text of a rejected item may be an id, whatever stands beside it', () => {
  const payload = JSON.stringify({ 'a b': 'c d', x: 'e "f', customer: 'cus_1', deep: [{ charge: 'ch_1' }] })
  const ids = idsIn({ itemKey: 'key', reason: 'no such object: in_1', payload })
  expect(ids).toEqual(expect.arrayContaining(['key', 'cus_1', 'ch_1', 'in_1']))
  // Split at 64 KiB.
  expect(idsIn({ itemKey: 'key', reason: '', payload: payload.slice(0, -12) })).toContain('cus_1')
})
