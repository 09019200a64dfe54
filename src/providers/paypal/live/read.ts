import { dateTime, fields, text } from '../../../provider/fields.ts'
import type { LiveEvents } from '../../../provider/live.ts'

/** The beginning of an event's type → the resource of its object, and the field with the object's id. */
const kinds: readonly (readonly [prefix: string, resource: string, idField: string])[] = [
  ['BILLING.SUBSCRIPTION.', 'subscriptions', 'id'],
  ['BILLING.PLAN.', 'prices', 'id'],
  ['CUSTOMER.DISPUTE.', 'disputes', 'dispute_id'],
  ['INVOICING.INVOICE.', 'invoices', 'id'],
]

const revoked: ReadonlySet<unknown> = new Set([
  'IDENTITY.AUTHORIZATION-CONSENT.REVOKED',
  'MERCHANT.PARTNER-CONSENT.REVOKED',
])

/**
 * An event of PayPal. Each has its object in a version of its own (`resource_version`), so the object is fetched. Payments
 * and payouts are rows of the transaction report, which shows them hours later: jobs read them. So they do products, of which
 * the list shows less than a request by id: a row that an event brought would change with the next job.
 * developer.paypal.com/api/rest/webhooks/event-names
 */
export const read: LiveEvents['read'] = (event) => {
  const { event_type: type, create_time: createdAt, resource: contents } = fields(event.value())
  if (revoked.has(type)) return { kind: 'deauthorized', customer: null }
  const name = text(type) ?? ''
  const [, resource, idField] = kinds.find(([prefix]) => name.startsWith(prefix)) ?? []
  const object = fields(contents)
  const id = idField === undefined ? null : (text(object[idField]) ?? text(fields(object.invoice)[idField]))
  const time = dateTime(createdAt)
  if (resource === undefined || id === null || time === null) return null
  // Whether a deleted draft is gone, the provider says when it is asked.
  return { resource, id, at: Math.floor(time.getTime() / 1_000), gone: false, item: null }
}
