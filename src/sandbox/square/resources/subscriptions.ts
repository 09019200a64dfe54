import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import type { Fields, SquareObject } from '../square-object.ts'
import { calendarDate, day, hour, second, wholeSecond } from '../timestamps.ts'
import { invoicesOf } from './invoice-facts.ts'
import { locationId, locationOfBlock } from './location-of.ts'
import { subscriptionAt } from './subscription-facts.ts'

export const subscriptions: Resource = {
  idPrefix: 'sub-',
  count: (payments) => Math.floor(payments / 16),
  created,
  // Subscriptions have no time of change.
  updated: created,
  location: locationOfBlock,
  generate(n, data) {
    const { state, location, currency, customer, variation, price, overridden } = subscriptionAt(n, data)
    const start = created(n, data) + (state === 'PENDING' ? 30 * day : 0)
    const ended = state === 'CANCELED' || state === 'DEACTIVATED' || state === 'COMPLETED'
    const endedOn = calendarDate(Math.min(start + 100 * day, data.now))
    return {
      location_id: locationId(location, data),
      plan_variation_id: data.id('variations', variation),
      ...(customer === undefined ? {} : { customer_id: data.id('customers', customer) }),
      start_date: calendarDate(start),
      ...(ended && state !== 'COMPLETED' ? { canceled_date: endedOn } : {}),
      // Newer than the specification, as is the state: `test/specs/exceptions.json` names the source.
      ...(ended ? { completed_date: endedOn } : {}),
      ...(state === 'PENDING'
        ? {}
        : { charged_through_date: calendarDate(ended ? start + 90 * day : data.now + 20 * day) }),
      status: state,
      ...(n % 4 === 0 ? { tax_percentage: '7.5' } : {}),
      ...(overridden ? { price_override_money: money(price, currency) } : {}),
      version: 1_000_000 + n,
      created_at: wholeSecond(created(n, data)),
      ...(n % 3 === 0 ? {} : { card_id: `ccof:card${n}` }),
      timezone: 'America/New_York',
      source: { name: n % 2 === 0 ? 'My Application' : 'Square Point of Sale' },
      ...actionsOf(n, data),
      monthly_billing_anchor_date: 1 + (n % 28),
      phases: [{ uid: `sub-phase-${n}`, ordinal: 0, plan_phase_uid: `phase-${variation}-0` }],
    }
  },
  view: (subscription, { invoices }) => withInvoices(subscription, invoices.related(subscription.id)),
}

function created(n: number, data: Dataset): number {
  const invoices = invoicesOf(n, data).map((invoice) => data.created('invoices', invoice))
  const moment = invoices.length > 0 ? Math.min(...invoices) - hour - (n % 3) * day : data.moment('subscriptions', n)
  return Math.floor(moment / second) * second
}

/** What is to happen: shown only if a request includes the actions. */
function actionsOf(n: number, data: Dataset): Fields {
  const effective = { id: `action-${n}`, effective_date: calendarDate(data.now + 10 * day) }
  if (n % 10 === 1) return { actions: [{ ...effective, type: 'CANCEL' }] }
  if (n % 10 === 4) return { actions: [{ ...effective, type: 'RESUME' }] }
  if (n % 10 === 5)
    return { actions: [{ ...effective, type: 'SWAP_PLAN', new_plan_variation_id: data.id('variations', 0) }] }
  return {}
}

/** Newest first. */
function withInvoices(subscription: SquareObject, invoices: readonly SquareObject[]): SquareObject {
  return invoices.length > 0 ? { ...subscription, invoice_ids: invoices.map(({ id }) => id) } : subscription
}
