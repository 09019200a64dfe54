import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/* Stripe's objects in the shape of API 2025-09-30, written by hand, and a server that lists them. */

type Fields = Readonly<Record<string, unknown>>
type Payload = Fields & { readonly id: string }

export const seconds = (day: string, time = '00:00:00') => Date.parse(`${day}T${time}Z`) / 1_000
const began = seconds('2026-01-01')

const payload = (object: string, id: string, more: Fields) => ({
  id,
  object,
  created: began,
  livemode: true,
  metadata: {},
  ...more,
})

export const customer = (id: string, more: Fields = {}) => payload('customer', id, { discount: null, ...more })

export const coupon = (id: string, more: Fields) =>
  payload('coupon', id, { amount_off: null, currency: null, percent_off: null, duration: 'forever', ...more })

export const price = (id: string, unit_amount: number | null, { recurring, ...more }: Fields = {}) =>
  payload('price', id, {
    active: true,
    billing_scheme: unit_amount === null ? 'tiered' : 'per_unit',
    currency: 'eur',
    product: `prod_${id}`,
    recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed', ...(recurring as Fields) },
    tax_behavior: 'unspecified',
    transform_quantity: null,
    type: 'recurring',
    unit_amount,
    unit_amount_decimal: unit_amount === null ? null : String(unit_amount),
    ...more,
  })

/** Runs from the beginning of 2026. Its coupon is an id, or expanded. */
export const discount = (id: string, coupon: string | Fields, more: Fields = {}) => ({
  id,
  object: 'discount',
  source: { coupon, type: 'coupon' },
  start: began,
  end: null,
  subscription: null,
  subscription_item: null,
  ...more,
})

interface Item extends Fields {
  readonly price: Fields
}

/** Its customer is `cus_` and its id, and its items are `si_`, its id and their place. */
export const subscription = (id: string, items: readonly Item[], more: Fields = {}) =>
  payload('subscription', id, {
    customer: `cus_${id}`,
    status: 'active',
    currency: 'eur',
    start_date: began,
    cancel_at_period_end: false,
    pause_collection: null,
    discounts: [],
    items: {
      object: 'list',
      has_more: false,
      url: '/v1/subscription_items',
      data: items.map((item, at) =>
        payload('subscription_item', `si_${id}_${at}`, { subscription: id, quantity: 1, discounts: [], ...item }),
      ),
    },
    ...more,
  })

/** Each line names the item or, for a part of a period since 2025-03-31, the invoice item alone. */
export const line = (
  of: { readonly subscription: string; readonly item?: string; readonly invoiceItem?: string },
  price: string,
  [start, end]: readonly [number, number],
  amount: number,
  more: Fields = {},
) => ({
  object: 'line_item',
  amount,
  currency: 'eur',
  discount_amounts: [],
  livemode: true,
  metadata: {},
  parent:
    of.invoiceItem === undefined
      ? {
          type: 'subscription_item_details',
          invoice_item_details: null,
          subscription_item_details: { subscription: of.subscription, subscription_item: of.item, proration: false },
        }
      : {
          type: 'invoice_item_details',
          invoice_item_details: { subscription: of.subscription, invoice_item: of.invoiceItem, proration: true },
          subscription_item_details: null,
        },
  period: { start, end },
  pricing: {
    type: 'price_details',
    price_details: { price, product: `prod_${price}` },
    unit_amount_decimal: String(amount),
  },
  quantity: 1,
  subtotal: amount,
  taxes: [],
  ...more,
})

export const invoice = (id: string, subscription: string, created: number, lines: readonly Fields[]) =>
  payload('invoice', id, {
    created,
    customer: `cus_${subscription}`,
    currency: 'eur',
    status: 'paid',
    billing_reason: 'subscription_cycle',
    attempted: true,
    parent: { type: 'subscription_details', subscription_details: { subscription } },
    status_transitions: { finalized_at: created, paid_at: created },
    lines: {
      object: 'list',
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
      data: lines.map((line, at) => ({ id: `il_${id}_${at}`, invoice: id, ...line })),
    },
  })

export const invoiceItem = (id: string, subscription: string, price: string, amount: number) => ({
  ...payload('invoiceitem', id, {
    amount,
    currency: 'eur',
    customer: `cus_${subscription}`,
    date: began,
    parent: {
      type: 'subscription_details',
      subscription_details: { subscription, subscription_item: `si_${subscription}_0` },
    },
    pricing: { type: 'price_details', price_details: { price }, unit_amount_decimal: String(amount) },
    proration: true,
    quantity: 1,
  }),
})

export interface StripeAccount {
  /** By the last part of the list's path. */
  readonly lists: Readonly<Record<string, readonly Payload[]>>
  /** What the expanded objects have besides, by id. */
  readonly expanded: Readonly<Record<string, Fields>>
}

/** A server with this account's objects, on one page each. Answers its URL. */
export async function serve({ lists, expanded }: StripeAccount): Promise<string> {
  const account = { id: 'acct_hand', object: 'account', created: began, country: 'DE' }
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stripe')
    const [name = '', id] = pathname.split('/').slice(2).map(decodeURIComponent)
    const expands = [...searchParams.keys()].some((key) => key.startsWith('expand'))
    const shown = (object: Payload) => ({ ...object, ...(expands && expanded[object.id]) })
    const objects = lists[name] ?? []
    const found = objects.find((object) => object.id === id)
    const active = searchParams.get('active')
    const body =
      name === 'account'
        ? account
        : found
          ? shown(found)
          : {
              object: 'list',
              url: pathname,
              has_more: false,
              data: objects
                .filter((object) => active === null || String(object.active) === active)
                .filter((object) => isCreatedWithin(object, searchParams))
                .map(shown),
            }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function isCreatedWithin(object: Payload, query: URLSearchParams): boolean {
  const created = Number(object.created)
  const bound = (name: string, otherwise: number) => Number(query.get(`created[${name}]`) ?? otherwise)
  return (
    created >= bound('gte', 0) &&
    created > bound('gt', -1) &&
    created <= bound('lte', Number.POSITIVE_INFINITY) &&
    created < bound('lt', Number.POSITIVE_INFINITY)
  )
}
