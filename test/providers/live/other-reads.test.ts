import { expect, test } from 'vitest'
import { Item } from '../../../src/json/item.ts'
import { RawJson } from '../../../src/json/raw-json.ts'
import type { LiveEvents } from '../../../src/provider/live.ts'
import { read as readPayPal } from '../../../src/providers/paypal/live/read.ts'
import { read as readShopify } from '../../../src/providers/shopify/live/read.ts'
import { read as readSquare } from '../../../src/providers/square/live/read.ts'

/* Webhooks as the vendors document them, as text: ids beyond 2^53 are no numbers of JavaScript. */

function readText(read: LiveEvents['read'], body: string, headers: Readonly<Record<string, string>> = {}) {
  const raw = RawJson.of(Buffer.from(body))
  return read(Item.of(raw.value(), raw), { via: 'webhook', from: 'k7Qw', headers })
}
const at = Date.UTC(2026, 10, 29, 14, 0, 7) / 1_000
const time = '2026-11-29T14:00:07.345Z'

const square = (type: string, data: object) =>
  readText(
    readSquare,
    JSON.stringify({ merchant_id: 'ML1', type, event_id: 'e1', created_at: '2026-11-29T14:00:09Z', data }),
  )

test('Square: an event has its object, which says to the millisecond when it was like that', () => {
  const payment = { id: 'pay_1', updated_at: time, status: 'COMPLETED' }
  const change = square('payment.updated', { type: 'payment', id: 'pay_1', object: { payment } })
  expect(change).toMatchObject({ resource: 'payments', id: 'pay_1', at, gone: false, seenAt: new Date(time) })
  expect(change && 'item' in change && change.item?.value()).toEqual(payment)
})

test('Square: an order names only its id and a subscription lacks its actions, so they are fetched', () => {
  const order = { order_id: 'ord_1', version: 4, updated_at: time }
  const changed = square('order.updated', { type: 'order_updated', id: 'ord_1', object: { order_updated: order } })
  expect(changed).toEqual({ resource: 'orders', id: 'ord_1', at: at + 2, gone: false, item: null })
  const subscription = { id: 'sub_1', status: 'ACTIVE' }
  expect(square('subscription.updated', { type: 'subscription', id: 'sub_1', object: { subscription } })).toMatchObject(
    {
      resource: 'subscriptions',
      item: null,
    },
  )
})

test('Square: a deleted customer is gone, a revoked authorisation is no change, and a changed catalog names no object', () => {
  expect(square('customer.deleted', { type: 'customer', id: 'cus_1', deleted: true })).toMatchObject({
    id: 'cus_1',
    gone: true,
  })
  expect(square('oauth.authorization.revoked', { type: 'revocation', id: 'r' })).toEqual({
    kind: 'deauthorized',
    customer: null,
  })
  expect(square('catalog.version.updated', { type: 'catalog', id: '', object: {} })).toBeNull()
})

const payPal = (type: string, resource: object) =>
  readText(readPayPal, JSON.stringify({ id: 'WH-1', event_type: type, create_time: time, resource }))

test.each([
  ['BILLING.SUBSCRIPTION.ACTIVATED', { id: 'I-1' }, 'subscriptions', 'I-1'],
  ['BILLING.PLAN.UPDATED', { id: 'P-1' }, 'prices', 'P-1'],
  ['CUSTOMER.DISPUTE.RESOLVED', { dispute_id: 'PP-D-1' }, 'disputes', 'PP-D-1'],
  ['INVOICING.INVOICE.PAID', { invoice: { id: 'INV2-1' } }, 'invoices', 'INV2-1'],
])('PayPal: the object of %s is fetched', (type, resource, name, id) => {
  expect(payPal(type, resource)).toEqual({ resource: name, id, at, gone: false, item: null })
})

test('PayPal: a payment is in the transaction report only hours later, and a revoked consent is no change', () => {
  expect(payPal('PAYMENT.CAPTURE.COMPLETED', { id: 'cap_1' })).toBeNull()
  // The list of products shows less than a request by id: rows would change with each job.
  expect(payPal('CATALOG.PRODUCT.CREATED', { id: 'PROD-1' })).toBeNull()
  expect(payPal('MERCHANT.PARTNER-CONSENT.REVOKED', {})).toEqual({ kind: 'deauthorized', customer: null })
})

const shopify = (topic: string, body: string) =>
  readText(readShopify, body, { 'x-shopify-topic': topic, 'x-shopify-triggered-at': '2026-11-29T14:00:07.345678901Z' })

test('Shopify: an id beyond 2^53 keeps its digits', () => {
  const fetched = { at, gone: false, item: null }
  expect(shopify('orders/updated', '{"id":820982911946154508}')).toEqual({
    ...fetched,
    resource: 'orders',
    id: 'gid://shopify/Order/820982911946154508',
  })
  expect(shopify('products/delete', '{"id":788032119674292922}')).toMatchObject({
    id: 'gid://shopify/Product/788032119674292922',
    gone: true,
  })
  expect(shopify('refunds/create', '{"id":1,"order_id":820982911946154508}')).toMatchObject({
    resource: 'orders',
    id: 'gid://shopify/Order/820982911946154508',
  })
  expect(shopify('carts/update', '{"id":"x"}')).toBeNull()
})

test('Shopify: what the law asks for is no change of an object', () => {
  const body = '{"shop_domain":"x.myshopify.com","customer":{"id":706405506930370084}}'
  const customer = 'gid://shopify/Customer/706405506930370084'
  expect(shopify('customers/redact', body)).toEqual({ kind: 'erase-customer', customer })
  expect(shopify('customers/data_request', body)).toEqual({ kind: 'export-customer', customer })
  const orders = '[820982911946154508,299938]'
  const objects = ['gid://shopify/Order/299938', 'gid://shopify/Order/820982911946154508']
  const withOrders = (field: string) => body.replace('{', `{"${field}":${orders},`)
  expect(shopify('customers/redact', withOrders('orders_to_redact'))).toEqual({
    kind: 'erase-customer',
    customer,
    objects,
  })
  expect(shopify('customers/data_request', withOrders('orders_requested'))).toEqual({
    kind: 'export-customer',
    customer,
    objects,
  })
  // Some customers have nothing but an address, and some orders no customer.
  expect(shopify('customers/redact', '{"customer":{"email":" A@Example.com"}}')).toEqual({
    kind: 'erase-customer',
    customer: 'email:a@example.com',
  })
  expect(shopify('customers/redact', '{"customer":{},"orders_to_redact":[1]}')).toMatchObject({
    customer: 'gid://shopify/Order/1',
    objects: ['gid://shopify/Order/1'],
  })
  expect(shopify('customers/redact', '{"customer":{},"orders_to_redact":[]}')).toBeNull()
  expect(shopify('shop/redact', body)).toEqual({ kind: 'erase-account', customer: null })
  expect(shopify('app/uninstalled', '{"id":548380009}')).toEqual({ kind: 'deauthorized', customer: null })
})
