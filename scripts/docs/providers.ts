import type { ProviderResource } from '../../src/provider/contract.ts'
import type { CurrencyDigits } from '../../src/provider/money.ts'
import { resources as paypalResources } from '../../src/providers/paypal/resources/index.ts'
import { deletions } from '../../src/providers/shopify/deletions.ts'
import { resources as shopifyResources } from '../../src/providers/shopify/resources/index.ts'
import { resources as squareResources } from '../../src/providers/square/resources/index.ts'
import { currencyDigits } from '../../src/providers/stripe/currency-digits.ts'
import { announced, eventResources } from '../../src/providers/stripe/events.ts'
import { resources as stripeResources } from '../../src/providers/stripe/resources/index.ts'

/** What docs/resources.md says of a provider. */
export interface DocumentedProvider {
  /** As in the column `provider`. */
  readonly name: string
  readonly title: string
  readonly resources: readonly ProviderResource[]
  /** See Changes.announced and Changes.mentioned. Absent: the provider has no feed. */
  readonly changes?: { readonly announced: readonly string[]; readonly mentioned: readonly string[] }
  /** Where the provider's minor unit is not that of ISO 4217. */
  readonly currencyDigits?: CurrencyDigits
  /** Sentences about incremental jobs that hold for this provider only. */
  readonly notes?: readonly string[]
}

/** The providers of src/providers/index.ts, a line each. */
export const providers: readonly DocumentedProvider[] = [
  {
    name: 'stripe',
    title: 'Stripe',
    resources: stripeResources,
    changes: { announced, mentioned: Object.values(eventResources) },
    currencyDigits,
    notes: [
      'The feed has an event within seconds, and a job looks back ten minutes behind each cursor. The worker remembers the newest 200 events of an account that it applied. An event that becomes visible up to a day late is applied if the page that passes those ten minutes has it; the object is then fetched by id. What comes later still, or lies behind more events than fit on that page, is found by a full job.',
      "**Open rows** are those whose state Stripe may still change without an event. An incremental job asks for them with the fewest requests: by id, by Stripe's list of open objects, or by the window of creation that has them. It asks for 500 rows of a resource at most, the newest first, and for 50 by id where there is no list of open ones.",
      'A balance transaction is asked for from its `available_on` on.',
      'Changes of other rows that no event announces, such as the metadata of a payment intent, are seen by the next full job.',
      'Deletions without an event are seen by the next full job.',
    ],
  },
  {
    name: 'square',
    title: 'Square',
    resources: squareResources,
    notes: [
      'Square shows a change in its lists within a minute. A job looks back ten minutes behind each cursor, and three days in payments and orders: a sale that was made offline arrives so late, with its original time.',
      'A deleted customer or invoice is in no list of changes. Invoices are read whole by each job. A deleted customer is found by the next full job. Plans and variations are shown as deleted.',
      'Square does not delete payments, refunds, orders, subscriptions, disputes and payouts.',
      'The lines of an invoice are those of its order, in `order_lines`.',
    ],
  },
  {
    name: 'shopify',
    title: 'Shopify',
    resources: shopifyResources,
    changes: { announced: deletions.announced, mentioned: deletions.mentioned ?? [] },
    notes: [
      'The events tell of deletions only, and Shopify keeps them for a year. A deleted variant is a change of its product.',
      'Everything else is read by the time of its change. A job looks back ten minutes behind each cursor, 30 days in payouts and balance transactions, and 180 days in disputes.',
      'A billing attempt that is not completed and a payout that is not paid are asked for by their ids. The payout status of a movement older than 30 days is found by a full job.',
      'A selling plan, a subscription contract or a billing attempt that was deleted has no event. Selling plans are read whole by each job.',
      'An order that Shopify no longer shows stays, unless the app has `read_all_orders`: it may only be older than 60 days.',
      'An authorization is a payment of its own beside its capture. `captured` and `amount_captured` count money once.',
    ],
  },
  {
    name: 'paypal',
    title: 'PayPal',
    resources: paypalResources,
    notes: [
      'PayPal lists no customers, payments, refunds and payouts. They are the rows that the transactions name, and the subscriptions customers besides.',
      'A customer whom nothing names any more is marked as deleted by the next full job with `force_refresh`, and so are the others. It stays while any live row names it, such as a transaction that is older than three years.',
      'The `observed_at` of a row that was deleted so is 1970, so that any transaction or subscription brings it back.',
      'Refunds of PayPal are reversals and refunds of payments. Holds, their ends, fees and bank transfers are lines of `balance_transactions` only, though their codes begin with T11 as well.',
      'The id of a PayPal transaction is not unique: a hold may have that of its payment. Of several lines of one kind and id, the table has the one changed last, and `balance_transactions` has all.',
      'Transactions show up to three hours late. A job reads the last three days again, and the windows that have pending transactions.',
      'A transaction that is reversed after three days keeps its status until the next full job. Its refund is a line of its own, which the next job has.',
      'PayPal has transactions of three years and disputes of 180 days. Older rows stay as they are.',
      'Subscriptions are listed by the change of their status. A subscription that a transaction names is fetched by id. Where PayPal refuses the list, all of them come from there.',
      'Then each job also fetches 50 open subscriptions by id, so that it sees whether they have ended. If there are more, each job picks others.',
      'A refund of a paid invoice shows in the next full job. The lines of each invoice cost a request.',
      'A transaction that a job no longer finds in its window is asked for by its `transaction_id`. Its line is marked as deleted if PayPal no longer has it, and its payment by the next full job with `force_refresh`.',
      'PayPal does not delete subscriptions, plans and products. A deleted draft of an invoice is found by the next full job.',
    ],
  },
]
