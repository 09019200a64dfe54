import { expect, test } from 'vitest'
import { announced, eventResources, events } from '../../src/providers/stripe/events.ts'
import { resources } from '../../src/providers/stripe/resources/index.ts'
import { answerWith } from '../support/items.ts'
import { answeredBy } from './stripe-connection.ts'
import { deletableObjects, eventTypesOfSdk } from './stripe-event-types.ts'

/*
 * What the feed announces, held to the event types that Stripe's SDK knows.
 */

const types = eventTypesOfSdk()
const deletable = deletableObjects()
const mapped = Object.entries(eventResources)

test('the SDK’s declarations are read', () => {
  expect([...types.values()].flat().length).toBeGreaterThan(250)
  expect(types.get('invoiceitem')).toEqual(['invoiceitem.created', 'invoiceitem.deleted'])
  expect(types.get('charge')).toContain('charge.refunded')
  expect([deletable.has('customer'), deletable.has('charge')]).toEqual([true, false])
})

/** Whether creation, every update and, if there can be one, the deletion of an object have an event each. */
function isAnnounced(object: string): boolean {
  const has = (change: string) => types.get(object)?.some((type) => type.endsWith(`.${change}`)) ?? false
  return has('created') && has('updated') && (!deletable.has(object) || has('deleted'))
}

test('a resource counts as announced if its creation, updates and deletion have events', () => {
  const derived = mapped.filter(([object]) => isAnnounced(object)).map(([, resource]) => resource)
  // `refund.created` is not sent to accounts of older API versions.
  // The options of prices and coupons are fetched after an event of their object.
  expect([...announced, 'refunds'].toSorted()).toEqual([...derived, 'price_options', 'coupon_options'].toSorted())
})

/** Objects with events that are not followed, with the reason. */
const notFollowed: Readonly<Record<string, string>> = {
  account: 'its events are not reliable, and the list of accounts is read whole',
  'reserve.plan': 'the API has no list of it that needs no parent',
  tax_id: 'its events are about customers, whose tax ids no list of the account shows',
}

test('every listed object that has events is followed, or has a reason why it is not', () => {
  const followed = new Set(mapped.map(([object]) => object))
  const listed = new Map(resources.map(({ name }) => [name, name]))
  const unlisted = [...types.keys()].filter((object) => !followed.has(object) && !(object in notFollowed))
  // None of these names a resource: neither in full nor in the plural of its last word.
  const plural = (object: string) => `${object.split('.').at(-1)}s`
  expect(
    unlisted.filter((object) => listed.has(plural(object)) || listed.has(`${object.replaceAll('.', '_')}s`)),
  ).toEqual([])
})

test('each followed object has events, and a resource', () => {
  for (const [object, resource] of mapped) {
    expect([object, types.has(object)]).toEqual([object, true])
    expect(resources.map(({ name }) => name)).toContain(resource)
  }
})

test('rows that may change unseen can be fetched by id', () => {
  const unsettled = resources.filter(({ unsettled: rows }) => rows && rows !== 'every row')
  expect(unsettled.length).toBeGreaterThan(3)
  for (const { name, retrieve } of unsettled) expect([name, typeof retrieve]).toEqual([name, 'function'])
})

test.each([
  { what: 'leaves its last second to the next page', seconds: [9, 8, 8], more: true, ids: [0], ends: true },
  { what: 'within one second stays as it is', seconds: [9, 9, 9], more: true, ids: [0, 1, 2], ends: undefined },
  { what: 'that is the last has all of its events', seconds: [9, 8, 8], more: false, ids: [0, 1, 2], ends: undefined },
])('a page of events $what', async ({ seconds, more, ids, ends }) => {
  const data = seconds.map((created, at) => ({ id: `evt_${at}`, object: 'event', created }))
  const connection = answeredBy(async () => answerWith({ object: 'list', data, has_more: more }, new Date()))
  const page = await events.list(connection, { cursor: null, limit: 3 }, new AbortController().signal)
  expect(page.items.map(({ id }) => id)).toEqual(ids.map((at) => `evt_${at}`))
  expect(page.next).toBe(more ? `evt_${ids.at(-1)}` : null)
  expect(page.endsWithSecond).toBe(ends)
})
