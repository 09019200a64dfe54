import * as payloads from './stripe-payloads.ts'

type Fields = Readonly<Record<string, unknown>>
type Payload = Fields & { readonly id: string }

/** Of 2026, in seconds. */
export const day = (date: string, time = '00:00:00') => payloads.seconds(`2026-${date}`, time)
const firsts = ['01-01', '02-01', '03-01', '04-01', '05-01', '06-01', '07-01']
/** The middle of January. */
export const middle = day('01-16', '12:00:00')

export const inclusive = (amount: number) => ({
  taxes: [{ amount, tax_behavior: 'inclusive', type: 'tax_rate_details' }],
})
/** What a line has less by a discount of its subscription. */
export const less = (amount: number, discount: string) => ({
  discounts: [discount],
  discount_amounts: [{ amount, discount }],
})
export const ended = (at: number, more: Fields = {}) => ({ status: 'canceled', canceled_at: at, ended_at: at, ...more })

type Item = readonly [price: string, quantity?: number, id?: string]
interface LineFields extends Fields {
  readonly at?: number
  readonly quantity?: number
  /** The line names the item beside the invoice item, as lines of flexible billing may. */
  readonly named?: boolean
}

/** Subscriptions with their invoices, as lists of Stripe. A line and its invoice name the subscription by its id. */
export function openLedger(prices: readonly Payload[], coupons: readonly Payload[] = [], more: Fields = {}) {
  const byId = new Map<string, Fields>(prices.map((price) => [price.id, price]))
  const subscriptions: Payload[] = []
  const customers = new Map<string, Payload>()
  const invoices: Payload[] = []
  const invoiceItems: Payload[] = []
  const expanded: Record<string, Fields> = { ...(more as Record<string, Fields>) }
  const currencyOf = (price: string) => ({ currency: byId.get(price)?.currency })
  const customerOf = (id: string) => ({
    customer: subscriptions.find((one) => one.id === id)?.customer ?? `cus_${id}`,
  })

  /** Discounts are `di_`, the subscription's id and their place. */
  function subscribe(
    id: string,
    items: readonly Item[],
    {
      discounts = [],
      ...fields
    }: Fields & { readonly discounts?: readonly (readonly [coupon: string, more?: Fields])[] } = {},
  ) {
    const objects = discounts.map(([coupon, more], at) =>
      payloads.discount(`di_${id}_${at}`, coupon, { subscription: id, ...more }),
    )
    const priced = items.map(([price, quantity = 1, itemId]) => ({
      price: byId.get(price)!,
      quantity,
      ...(itemId && { id: itemId }),
    }))
    const subscription: Payload & { readonly customer?: unknown } = payloads.subscription(id, priced, {
      ...currencyOf(items[0]![0]),
      ...fields,
      discounts: objects.map((one) => one.id),
    })
    subscriptions.push(subscription)
    const customer = String(subscription.customer)
    if (!customers.has(customer)) customers.set(customer, payloads.customer(customer))
    if (objects.length > 0) expanded[id] = { discounts: objects }
  }

  /** A line of a whole period, whose unit is that of its price. */
  function whole(
    id: string,
    price: string,
    from: number,
    to: number,
    amount: number,
    { at = 0, ...more }: LineFields = {},
  ) {
    const unit = amount === 0 ? '0' : byId.get(price)?.unit_amount_decimal
    return payloads.line({ subscription: id, item: `si_${id}_${at}` }, price, [from, to], amount, {
      ...currencyOf(price),
      pricing: { type: 'price_details', price_details: { price, product: `prod_${price}` }, unit_amount_decimal: unit },
      ...more,
    })
  }

  /** A line of a part of a period. Its invoice item names the item. */
  function part(
    id: string,
    price: string,
    from: number,
    to: number,
    amount: number,
    { at = 0, named, ...more }: LineFields = {},
  ) {
    const item = { subscription: id, subscription_item: `si_${id}_${at}` }
    const invoiceItem = `ii_${invoiceItems.length}`
    invoiceItems.push({
      ...payloads.invoiceItem(invoiceItem, id, price, amount),
      ...currencyOf(price),
      ...customerOf(id),
      quantity: more.quantity ?? 1,
      period: { start: from, end: to },
      parent: { type: 'subscription_details', subscription_details: item },
    })
    return payloads.line({ subscription: id, invoiceItem }, price, [from, to], amount, {
      ...currencyOf(price),
      ...(named && {
        parent: {
          type: 'subscription_item_details',
          invoice_item_details: null,
          subscription_item_details: {
            ...item,
            invoice_item: invoiceItem,
            proration: true,
            proration_details: { credited_items: null },
          },
        },
      }),
      ...more,
    })
  }

  function bill(id: string, created: number, lines: readonly Fields[], more: Fields = {}) {
    const invoice = payloads.invoice(`in_${invoices.length}_${id}`, id, created, lines)
    invoices.push({ ...invoice, ...customerOf(id), currency: lines[0]?.currency ?? 'eur', ...more })
  }

  /** An invoice on the first of each month, from one month of 2026 to before another. */
  function renew(
    id: string,
    price: string,
    [from, to]: readonly [number, number],
    amount: number,
    line: LineFields = {},
    invoice: Fields = {},
  ) {
    for (let month = from; month < to; month++) {
      const [start, end] = [day(firsts[month - 1]!), day(firsts[month]!)]
      bill(id, start, [whole(id, price, start, end, amount, line)], invoice)
    }
  }

  /** The lists that a server of this account has. */
  const account = () => ({
    lists: {
      customers: [...customers.values()],
      prices,
      coupons,
      subscriptions,
      invoices,
      invoiceitems: invoiceItems,
    },
    expanded,
  })
  return { subscribe, whole, part, bill, renew, account }
}
