import type Stripe from 'stripe'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { invoiceItemAmount, isPending } from './invoice-facts.ts'
import { customerId, day, itemAt, subscriptionAt } from './subscription-facts.ts'

/** Invoice items. They have no `created`; their list is ordered by `date`. */
export const invoiceitems: Resource = {
  path: '/v1/invoiceitems',
  object: 'invoiceitem',
  idPrefix: 'ii_',
  createdField: 'date',
  relation: { parent: 'invoices', field: 'invoice', pattern: [1, 0, 0, 0, 0, 0], delay: () => 0 },
  generate,
  filters: {
    customer: (item, value) => item.customer === value,
    invoice: (item, value) => item.invoice === value,
    pending: (item, value) => String(item.invoice === null) === value,
  },
  hidden: (item) => item.test_clock !== null,
  expandable: {
    customer: (item, live) => ({ customer: live.customers.retrieve(String(item.customer)) ?? null }),
    invoice: (item, live) => ({ invoice: live.invoices.retrieve(String(item.invoice)) ?? null }),
    discounts: () => ({}),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, dataset }: GenerationInput) {
  const invoice = dataset.parent('invoiceitems', n)
  const subscription = subscriptionAt(dataset, dataset.parent('invoices', invoice ?? 0) ?? 0)
  const { price } = itemAt(dataset, subscription.n, 0)
  const amount = invoiceItemAmount(dataset, n)
  const manual = (invoice ?? 0) % 12 === 0
  return {
    id,
    object: 'invoiceitem',
    amount,
    currency: subscription.currency,
    customer: customerId(dataset, subscription.customer),
    customer_account: null,
    date: created,
    description: 'Einrichtung / セットアップ',
    discountable: true,
    discounts: [],
    invoice: isPending(n) ? null : dataset.ref('invoices', invoice),
    livemode,
    metadata: {},
    net_amount: amount,
    parent: manual ? null : { subscription_details: { subscription: subscription.id }, type: 'subscription_details' },
    period: { end: created + 30 * day, start: created },
    pricing: {
      price_details: { price: dataset.id('prices', price.n), product: price.product },
      type: 'price_details',
      unit_amount_decimal: String(amount),
    },
    proration: false,
    quantity: 1,
    quantity_decimal: '1',
    tax_rates: [],
    test_clock: null,
  } satisfies Wire<Stripe.InvoiceItem>
}
