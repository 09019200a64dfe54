import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { Item, rawOf } from '../../src/json/item.ts'
import type { Page } from '../../src/provider/contract.ts'
import { billing, resources } from '../../src/providers/stripe/resources/index.ts'
import { answerWith, cutItems, valuesOf } from '../support/items.ts'
import { answeredBy } from './stripe-connection.ts'
import { nestedOf } from './stripe-objects.ts'

/*
 * What is asked of Stripe, and what is made of its answers.
 */

const signal = new AbortController().signal
const date = new Date('2026-11-01T10:00:00Z')
const query = { cursor: null, limit: 100 }

/** A connection that gives one answer and remembers what it was asked. */
function answering(body: object | Error) {
  const paths: string[] = []
  const connection = answeredBy(async (path) => {
    paths.push(path)
    if (body instanceof Error) throw body
    return answerWith(body, date)
  })
  return { connection, paths }
}

function named(name: string) {
  const resource = resources.find((resource) => resource.name === name)
  if (!resource) throw new Error(`no resource is called ${name}`)
  return resource
}

/** A page whose items can be compared. */
const plain = <Listed extends Pick<Page, 'items'>>(listed: Listed | null | undefined) =>
  listed && { ...listed, items: valuesOf(listed.items) }
const itemWith = (value: unknown) => cutItems(JSON.stringify([value]))[0]!

const page = (...data: unknown[]) => ({ object: 'list', data, has_more: false })
const list = (data: readonly unknown[], more: boolean) => ({ object: 'list', data, has_more: more, url: '/v1/…' })

test('the default set is the one of the documentation, in its order', () => {
  expect(billing.map(({ name }) => name)).toEqual(
    `customers products prices price_options coupons coupon_options promotion_codes subscriptions subscription_schedules invoices invoice_items
     invoice_payments payments payment_intents refunds disputes credit_notes balance_transactions payouts tax_rates`.split(
      /\s+/,
    ),
  )
  expect(resources.filter(({ optional }) => !optional).map(({ name }) => name)).toEqual(billing.map(({ name }) => name))
})

test('canceled subscriptions are asked for on every page', async () => {
  const { connection, paths } = answering(page())
  await named('subscriptions').list(connection, { ...query, cursor: 'sub_1', window: { from: 5, to: 9 } }, signal)
  expect(new URLSearchParams(paths[0]?.split('?')[1])).toEqual(
    new URLSearchParams('limit=100&status=all&created[gte]=5&created[lt]=9&starting_after=sub_1'),
  )
})

test.each([
  ['prices', 'active', '/v1/prices?limit=100&active=true'],
  ['prices', 'inactive', '/v1/prices?limit=100&active=false'],
  ['core_accounts', 'closed', '/v2/core/accounts?limit=100&closed=true'],
  ['money_financial_accounts', 'pending', '/v2/money_management/financial_accounts?limit=100&statuses%5B0%5D=pending'],
])('%s has a part that is %s', async (name, part, expected) => {
  const resource = named(name)
  expect(resource.parts).toContain(part)
  const { connection, paths } = answering({ ...page(), next_page_url: null })
  await resource.list(connection, { ...query, part }, signal)
  expect(paths).toEqual([expected])
})

describe('nested lists', () => {
  const nested = new Map(billing.flatMap(nestedOf).map((item) => [item.name, item]))

  test.each([
    ['subscription_items', 'items', '/v1/subscription_items?limit=100&subscription=p%2F1&starting_after=x_9'],
    ['invoice_lines', 'lines', '/v1/invoices/p%2F1/lines?limit=100&starting_after=x_9'],
    ['credit_note_lines', 'lines', '/v1/credit_notes/p%2F1/lines?limit=100&starting_after=x_9'],
  ])('%s are embedded in `%s`, and the rest is fetched', async (name, field, expected) => {
    const nestedList = nested.get(name)!
    const items = [{ id: 'x_1' }, { id: 'x_9' }]
    const embedded = (lines: unknown) => nestedList.embedded(itemWith({ id: 'p', [field]: lines }))
    expect(plain(embedded(list(items, false)))).toEqual({ items, next: null })
    expect(plain(embedded(list(items, true)))).toEqual({ items, next: 'x_9' })
    expect(plain(embedded(list([], false)))).toEqual({ items: [], next: null })
    // Their bytes are where they are.
    const raw = embedded(list(items, false))?.items.map((item) => rawOf(item)?.value())
    expect(raw).toEqual(items)
    const { connection, paths } = answering(page({ id: 'x_10' }))
    expect(plain(await nestedList.list(connection, 'p/1', { ...query, cursor: 'x_9' }, signal))).toEqual({
      items: [{ id: 'x_10' }],
      next: null,
      observedAt: date,
    })
    expect(paths).toEqual([expected])
    expect(Object.keys(nestedList.row(Item.of({ id: 'x_1' })))).toContain(nestedList.parent)
  })

  test.each([undefined, null, 5, [], {}, { data: 5 }, list([], true), list([{ id: 5 }], true)])(
    '%j is no list that is known to be complete',
    (items) => {
      expect(nested.get('subscription_items')?.embedded(Item.of({ id: 'p', items }))).toBeNull()
    },
  )
})

describe('prices made inline', () => {
  const price = (id: string) => ({ id, object: 'price', unit_amount: 5, product: 'prod_1' })
  const items = [
    { price: price('a') },
    { price: price('b') },
    { price: price('a') },
    { price: 'c' },
    { price: null },
    5,
  ]

  test.each([
    ['subscriptions', { items: list(items, false) }],
    ['invoices', { lines: list(items, false) }],
    [
      'invoices',
      {
        lines: list(
          items.map((item) => ({ pricing: { price_details: item } })),
          false,
        ),
      },
    ],
  ])('are found in %s, each once', (name, item) => {
    const embedded = named(name).embeddedItems?.(itemWith({ id: 'x', ...item }))
    expect(Object.keys(embedded ?? {})).toEqual(['prices'])
    expect(embedded?.prices?.map((price) => price.item.value())).toEqual([price('a'), price('b')])
    // Their bytes are where they are.
    expect(embedded?.prices?.map((price) => rawOf(price.item)?.value())).toEqual([price('a'), price('b')])
    expect(embedded?.prices?.map((price) => ({ ...named('prices').row(price.item), ...price.columns }))).toMatchObject([
      { id: 'a', inline: true, unitAmount: 5 },
      { id: 'b', inline: true, unitAmount: 5 },
    ])
    expect(named('prices').row(Item.of(price('a')))).toMatchObject({ id: 'a', inline: false })
  })

  test('a deleted stub is none', () => {
    const stub = { id: 'a', object: 'price', deleted: true }
    expect(named('invoice_items').embeddedItems?.(Item.of({ id: 'x', price: stub }))).toEqual({ prices: [] })
    expect(named('invoice_items').embeddedItems?.(Item.of(5))).toEqual({ prices: [] })
  })
})

describe('one object', () => {
  const missing = (code: string, status: number, headers: Record<string, string> = { date: date.toUTCString() }) =>
    Stripe.errors.StripeError.generate({ type: 'invalid_request_error', code, statusCode: status, headers } as never)
  const retrieve = (answer: object | Error) => named('coupons').retrieve?.(answering(answer).connection, 'a b', signal)

  test('is as Stripe sends it', async () => {
    const { connection, paths } = answering({ id: 'a b', object: 'coupon' })
    const { item, observedAt } = (await named('coupons').retrieve?.(connection, 'a b', signal))!
    expect([item?.value(), observedAt]).toEqual([{ id: 'a b', object: 'coupon' }, date])
    expect(rawOf(item!)?.value()).toEqual({ id: 'a b', object: 'coupon' })
    expect(paths).toEqual(['/v1/coupons/a%20b'])
  })

  test.each([
    ['a stub', { id: 'a b', object: 'coupon', deleted: true }],
    ['404', missing('resource_missing', 404)],
    ['400', missing('resource_missing', 400)],
  ])('is gone where Stripe answers %s', async (_, answer) => {
    expect(await retrieve(answer)).toEqual({ item: null, observedAt: date })
  })

  test.each([
    missing('url_invalid', 404),
    missing('rate_limit', 429),
    missing('resource_missing', 404, {}),
    new Error('network'),
  ])('is not said to be gone for any other reason', async (error) => {
    await expect(retrieve(error)).rejects.toBe(error)
  })
})

describe('a list of API v2', () => {
  const read = (answer: object, cursor: string | null = null) => {
    const { connection, paths } = answering(answer)
    return { paths, page: named('core_event_destinations').list(connection, { ...query, cursor }, signal) }
  }
  const next = '/v2/core/event_destinations?limit=100&page=abc'

  test('is read from address to address', async () => {
    const first = read({ data: [{ id: 'ed_1' }], next_page_url: next })
    expect(plain(await first.page)).toEqual({ items: [{ id: 'ed_1' }], next, observedAt: date })
    const second = read({ data: [], next_page_url: null }, next)
    expect(plain(await second.page)).toEqual({ items: [], next: null, observedAt: date })
    expect([...first.paths, ...second.paths]).toEqual(['/v2/core/event_destinations?limit=100', next])
  })

  test.each([
    { data: 5, next_page_url: null },
    { data: [], next_page_url: 'https://example.com/v2/core/event_destinations?page=1' },
    { data: [], next_page_url: '/v1/customers?limit=1' },
    { data: [], next_page_url: 5 },
    { id: 'x' },
  ])('refuses %j', async (answer) => {
    await expect(read(answer).page).rejects.toMatchObject({ verdict: 'retry', code: 'provider_response' })
  })
})

test('what has no table of its own is a row by its name', () => {
  const row = {
    id: 'cs_1',
    resource: 'checkout_sessions',
    object: 'checkout.session',
    parentId: null,
    livemode: true,
    updatedAt: null,
  }
  const item = { id: 'cs_1', object: 'checkout.session', livemode: true }
  expect(named('checkout_sessions').row(Item.of({ ...item, created: 7 }))).toEqual({
    ...row,
    createdAt: new Date(7_000),
  })
  const created = '2026-01-02T03:04:05.678Z'
  expect(named('checkout_sessions').row(Item.of({ ...item, created }))).toEqual({
    ...row,
    createdAt: new Date(created),
  })
  for (const odd of ['yesterday', '2026', 1e15, {}, null])
    expect(named('checkout_sessions').row(Item.of({ ...item, created: odd }))).toEqual({ ...row, createdAt: null })
})
