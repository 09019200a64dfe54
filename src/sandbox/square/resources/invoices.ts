import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import type { Fields } from '../square-object.ts'
import { calendarDate, day, timestamp } from '../timestamps.ts'
import {
  type InvoiceFacts,
  invoiceAt,
  invoiceCreated,
  invoicesOf,
  invoiceUpdated,
  locationOfInvoice,
} from './invoice-facts.ts'
import { locationId } from './location-of.ts'
import { orderOfInvoice } from './order-facts.ts'

export const invoices: Resource = {
  idPrefix: 'inv:0-',
  count: (payments) => Math.floor(payments / 4),
  relation: {
    parent: 'subscriptions',
    children: invoicesOf,
    parentId: (invoice) => invoice.subscription_id,
  },
  created: invoiceCreated,
  updated: invoiceUpdated,
  location: locationOfInvoice,
  generate(n, data) {
    const facts = invoiceAt(n, data)
    const { state, location, amount, paid = 0, currency, subscription } = facts
    const order = data.ref('orders', orderOfInvoice(n, data))
    const isPublic = state !== 'DRAFT' && state !== 'SCHEDULED'
    const due = amount - paid
    return {
      version: 1 + (n % 4),
      location_id: locationId(location, data),
      ...(order === undefined ? {} : { order_id: order }),
      ...recipient(facts, data),
      payment_requests: requestsOf(n, data, facts),
      delivery_method: n % 4 === 1 ? 'SHARE_MANUALLY' : 'EMAIL',
      invoice_number: String(n + 1).padStart(7, '0'),
      title: 'Monthly services – サービス',
      ...(n % 5 === 0 ? { description: 'Work done in the last month.\nThank you!' } : {}),
      ...(state === 'SCHEDULED' ? { scheduled_at: timestamp(invoiceCreated(n, data) + 30 * day) } : {}),
      ...(isPublic ? { public_url: `https://squareup.com/pay-invoice/${data.id('invoices', n)}` } : {}),
      ...(due > 0 ? { next_payment_amount_money: money(due, currency) } : {}),
      status: state,
      timezone: 'America/New_York',
      created_at: timestamp(invoiceCreated(n, data)),
      updated_at: timestamp(invoiceUpdated(n, data)),
      accepted_payment_methods: { card: true, square_gift_card: false, bank_account: n % 2 === 0 },
      ...(n % 6 === 0 ? { custom_fields: [{ label: 'Order', value: `PO-${n}`, placement: 'ABOVE_LINE_ITEMS' }] } : {}),
      ...(subscription === undefined ? {} : { subscription_id: data.id('subscriptions', subscription) }),
      store_payment_method_enabled: false,
    }
  },
}

/** A draft may have no recipient yet. */
function recipient({ customer, state }: InvoiceFacts, data: Dataset): Fields {
  const id = data.ref('customers', customer)
  if (id === undefined || (state === 'DRAFT' && (customer ?? 0) % 2 === 0)) return {}
  return {
    primary_recipient: { customer_id: id, given_name: 'Noémie', email_address: `customer${customer}@example.com` },
  }
}

/** One balance, or a deposit and a balance. What was paid covers the first request first. */
function requestsOf(n: number, data: Dataset, { amount, paid = 0, currency }: InvoiceFacts): readonly Fields[] {
  const deposit = n % 5 === 2 ? Math.floor(amount / 2) : 0
  const parts = deposit > 0 ? [deposit, amount - deposit] : [amount]
  return parts.map((part, at) => {
    const before = at === 0 ? 0 : deposit
    const isDeposit = parts.length === 2 && at === 0
    return {
      uid: `request-${n}-${at}`,
      request_type: isDeposit ? 'DEPOSIT' : 'BALANCE',
      due_date: calendarDate(invoiceCreated(n, data) + (14 + 14 * at) * day),
      ...(isDeposit ? { fixed_amount_requested_money: money(part, currency) } : {}),
      tipping_enabled: false,
      automatic_payment_source: n % 3 === 0 ? 'CARD_ON_FILE' : 'NONE',
      ...(at === 0 && n % 4 === 0
        ? { reminders: [{ uid: `r${n}`, relative_scheduled_days: -1, status: 'PENDING' }] }
        : {}),
      computed_amount_money: money(part, currency),
      total_completed_amount_money: money(Math.max(0, Math.min(part, paid - before)), currency),
    }
  })
}
