import type { Change, Changes, Page } from '../../provider/contract.ts'
import { type Fields, fields, second, text } from '../../provider/fields.ts'
import type { Item } from '../../provider/item.ts'
import { apiVersion, type StripeConnection } from './connection.ts'
import { listPage } from './list.ts'
import { holderOf } from './resources/discounts.ts'

/** The `object` of an event's object → its resource. */
export const eventResources: Readonly<Record<string, string>> = {
  customer: 'customers',
  product: 'products',
  price: 'prices',
  coupon: 'coupons',
  promotion_code: 'promotion_codes',
  subscription: 'subscriptions',
  subscription_schedule: 'subscription_schedules',
  invoice: 'invoices',
  invoiceitem: 'invoice_items',
  invoice_payment: 'invoice_payments',
  charge: 'payments',
  payment_intent: 'payment_intents',
  refund: 'refunds',
  dispute: 'disputes',
  credit_note: 'credit_notes',
  payout: 'payouts',
  tax_rate: 'tax_rates',
  application_fee: 'application_fees',
  'apps.install': 'app_installs',
  'billing.credit_grant': 'credit_grants',
  'billing.meter': 'billing_meters',
  'billing_portal.configuration': 'billing_portal_configurations',
  'checkout.session': 'checkout_sessions',
  'climate.order': 'climate_orders',
  'climate.product': 'climate_products',
  file: 'files',
  'financial_connections.account': 'financial_connections_accounts',
  'identity.verification_session': 'identity_verification_sessions',
  'issuing.authorization': 'issuing_authorizations',
  'issuing.card': 'issuing_cards',
  'issuing.cardholder': 'issuing_cardholders',
  'issuing.dispute': 'issuing_disputes',
  'issuing.personalization_design': 'issuing_personalization_designs',
  'issuing.transaction': 'issuing_transactions',
  payment_link: 'payment_links',
  payment_method: 'payment_methods',
  plan: 'plans',
  quote: 'quotes',
  'radar.early_fraud_warning': 'early_fraud_warnings',
  'reporting.report_run': 'report_runs',
  review: 'reviews',
  scheduled_query_run: 'sigma_scheduled_query_runs',
  setup_intent: 'setup_intents',
  'terminal.reader': 'terminal_readers',
  'test_helpers.test_clock': 'test_clocks',
  'three_d_secure.authentication': 'three_d_secure_authentications',
  topup: 'topups',
  transfer: 'transfers',
  'treasury.financial_account': 'treasury_financial_accounts',
}

/** A resource → others that show more of the same objects, to requests only. */
const shownMoreIn: Readonly<Record<string, readonly string[]>> = {
  prices: ['price_options'],
  coupons: ['coupon_options'],
}

/**
 * Resources with an event for every creation, update and deletion. A test derives them from the event types of the SDK.
 * Refunds are left out: accounts of older API versions announce a new refund only by `charge.refunded`, with the charge.
 */
export const announced: readonly string[] = [
  'customers',
  'products',
  'prices',
  'price_options',
  'coupons',
  'coupon_options',
  'promotion_codes',
  'subscriptions',
  'subscription_schedules',
  'invoices',
  'disputes',
  'credit_notes',
  'payouts',
  'tax_rates',
  'app_installs',
  'billing_meters',
  'billing_portal_configurations',
  'credit_grants',
  'early_fraud_warnings',
  'issuing_authorizations',
  'issuing_cardholders',
  'issuing_cards',
  'issuing_disputes',
  'issuing_transactions',
  'payment_links',
  'plans',
  'transfers',
]

/**
 * `/v1/events`, the feed of changes, kept for 30 days. Events keep their day's API shape. docs.stripe.com/api/events
 */
export const events: Changes<StripeConnection> = {
  keptDays: 30,
  announced,
  mentioned: [...Object.values(eventResources), ...Object.values(shownMoreIn).flat()],
  list: async (stripe, query) => withoutLastSecond(await listPage(stripe, '/v1/events', query)),
  read(event) {
    const { type, created, api_version: version } = fields(event.value())
    const item = event.at('data', 'object')
    const object = fields(item.value())
    if (object.object === 'discount') return discountChange(object, second(created))
    const id = text(object.id)
    const resource = eventResources[text(object.object) ?? '']
    const at = second(created)
    // The preview of the next invoice has an id, but no invoice exists under it.
    if (id === null || at === null || !resource || type === 'invoice.upcoming') return null
    // A canceled subscription still exists at Stripe.
    const gone = String(type).endsWith('.deleted') && resource !== 'subscriptions'
    return { resource, id, at, gone, item: gone || version === apiVersion ? item : null, ...shownMore(resource) }
  },
}

/**
 * A page without the events of its last second: the next page has them, with those of the second that do not fit here. So
 * the order of an object's events is known without a request for the object. A page within one second stays as it is.
 */
function withoutLastSecond(page: Page): Page {
  if (page.next === null) return page
  const createdOf = (event: Item | undefined) => second(fields(event?.value()).created)
  const last = createdOf(page.items.at(-1))
  const items = page.items.slice(0, page.items.findLastIndex((event) => createdOf(event) !== last) + 1)
  const next = items.at(-1)?.id ?? null
  return last === null || next === null ? page : { ...page, items, next, endsWithSecond: true }
}

/** The other resources to which a change of an object of this one belongs. */
export function shownMore(resource: string): Pick<Change, 'alsoIn'> {
  const alsoIn = shownMoreIn[resource]
  return alsoIn ? { alsoIn } : {}
}

/** A discount cannot be fetched: its subscription or its customer can, and shows the discounts that there are. */
function discountChange(discount: Fields, at: number | null): Change | null {
  const holder = holderOf(discount)
  return holder && at !== null ? { ...holder, at, gone: false, item: null } : null
}
