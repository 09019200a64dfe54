import { expect, test } from 'vitest'
import { apiVersion } from '../../src/providers/stripe/connection.ts'
import { events } from '../../src/providers/stripe/events.ts'
import { itemsOf } from '../support/items.ts'

const created = 1_790_000_000
const invoice = { id: 'in_1', object: 'invoice', total: 100 }

/** What an event is read as: its change without the item, and whether the change brings the item. */
function read(type: string, object: object, event: object = {}) {
  const [item] = itemsOf([{ id: 'evt_1', type, created, api_version: apiVersion, data: { object }, ...event }])
  const change = events.read(item!)
  if (!change) return null
  const { item: brought, ...rest } = change
  return { ...rest, brings: brought?.value() ?? null }
}

test('an event is the change of an object, with the object as it was then', () => {
  expect(read('invoice.paid', invoice)).toEqual({
    resource: 'invoices',
    id: 'in_1',
    at: created,
    gone: false,
    brings: invoice,
  })
})

test('the preview of an upcoming invoice is no change: no invoice exists under its id', () => {
  expect(read('invoice.upcoming', invoice)).toBeNull()
})

test('an object of another API version is asked for; one that is deleted is not', () => {
  const older = { api_version: '2019-12-03' }
  expect(read('invoice.paid', invoice, older)).toMatchObject({ gone: false, brings: null })
  expect(read('invoice.deleted', invoice, older)).toMatchObject({ gone: true, brings: invoice })
})

test('a canceled subscription still exists', () => {
  const subscription = { id: 'sub_1', object: 'subscription' }
  expect(read('customer.subscription.deleted', subscription)).toMatchObject({ resource: 'subscriptions', gone: false })
})

test.each([
  ['an object of no resource', 'person.updated', { id: 'person_1', object: 'no such object' }, {}],
  ['an object without an id', 'invoice.paid', { object: 'invoice' }, {}],
  ['no time', 'invoice.paid', invoice, { created: null }],
])('an event of %s is no change', (_, type, object, event) => {
  expect(read(type, object, event)).toBeNull()
})
