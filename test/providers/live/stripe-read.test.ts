import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { apiVersion } from '../../../src/providers/stripe/connection.ts'
import { read } from '../../../src/providers/stripe/live/read.ts'
import { resources } from '../../../src/providers/stripe/resources/index.ts'
import { itemsOf } from '../../support/items.ts'

const arrived = { via: 'eventbridge', from: 'ed_1', headers: {} } as const
const readEvent = (event: object) => {
  const [item] = itemsOf([{ id: 'evt_1', ...event }])
  return read(item!, arrived)
}
const thin = (type: string, related: object | null, event: object = {}) => ({
  object: 'v2.core.event',
  type,
  created: '2026-11-29T13:45:07.863Z',
  related_object: related,
  ...event,
})
const at = Date.UTC(2026, 10, 29, 13, 45, 7) / 1_000

test('a snapshot in the pinned version brings its object; one in an older version is fetched', () => {
  const invoice = { id: 'in_1', object: 'invoice' }
  const event = { object: 'event', type: 'invoice.paid', created: at, data: { object: invoice } }
  const pinned = readEvent({ ...event, api_version: apiVersion })
  expect(pinned).toMatchObject({ resource: 'invoices', id: 'in_1', at, gone: false })
  expect(pinned && 'item' in pinned && pinned.item?.value()).toEqual(invoice)
  expect(readEvent({ ...event, api_version: '2019-12-03' })).toMatchObject({ item: null, gone: false })
})

test('a thin event names its object, which is fetched', () => {
  const account = { id: 'acct_1', type: 'v2.core.account', url: '/v2/core/accounts/acct_1' }
  expect(readEvent(thin('v2.core.account[requirements].updated', account))).toEqual({
    resource: 'core_accounts',
    id: 'acct_1',
    at,
    gone: false,
    item: null,
  })
  const customer = { id: 'cus_1', type: 'customer', url: '/v1/customers/cus_1' }
  expect(readEvent(thin('v1.customer.created', customer))).toMatchObject({ resource: 'customers', item: null })
})

test('a thin event says that its object is gone; closing an account and canceling a subscription does not', () => {
  const about = (type: string, kind: string) => readEvent(thin(type, { id: 'x_1', type: kind }))
  expect(about('v1.customer.deleted', 'customer')).toMatchObject({ gone: true })
  expect(about('v1.customer.subscription.deleted', 'subscription')).toMatchObject({ gone: false })
  expect(about('v2.core.account.closed', 'v2.core.account')).toMatchObject({ gone: false })
})

test.each([
  ['no object', thin('v2.core.account_link.returned', null)],
  ['an object of no resource', thin('v2.core.account_person.created', { id: 'p_1', type: 'v2.core.account_person' })],
  ['no time', thin('v1.customer.created', { id: 'cus_1', type: 'customer' }, { created: 'soon' })],
])('a thin event of %s is no change', (_, event) => {
  expect(readEvent(event)).toBeNull()
})

test('every kind of object of API v2 that a resource stores is read from thin events', () => {
  const declared = readFileSync('node_modules/stripe/esm/resources/V2/Core/Events.d.ts', 'utf8')
  const types = new Set([...declared.matchAll(/type: '(v2\.[^']+)'/g)].map(([, type = '']) => type))
  const unread = [...types].filter((type) => {
    const kind = type
      .replace(/\[.*\]/, '')
      .replace('product_catalog.imports', 'product_catalog_import')
      .replace(/\.[a-z_]+$/, '')
    return readEvent(thin(type, { id: 'x_1', type: kind })) === null
  })
  expect(unread.map((type) => type.split('.').slice(0, 3).join('.'))).toEqual([
    'v2.core.account_link',
    'v2.core.account_person',
    'v2.core.account_person',
    'v2.core.account_person',
    'v2.money_management.recipient_verification',
    'v2.money_management.recipient_verification',
  ])
  const names = new Set(resources.map(({ name }) => name))
  const changed = [...types].flatMap((type) => {
    const kind = type.replace(/\[.*\]/, '').replace(/\.[a-z_]+$/, '')
    const change = readEvent(thin(type, { id: 'x_1', type: kind }))
    return change && 'resource' in change ? [change.resource] : []
  })
  expect(changed.filter((name) => !names.has(name))).toEqual([])
})
