import { randomUUID } from 'node:crypto'
import { eventText, type ProviderEvent } from '../../server/announcements.ts'
import type { IdentifiedName } from '../names.ts'
import type { Fields } from '../paypal-object.ts'
import { millisecondTime } from '../timestamps.ts'

/** A change of an object as the mutations make it. */
export interface Change {
  readonly resource: IdentifiedName
  readonly isNew: boolean
  readonly object: Fields
  /** Unix seconds. */
  readonly at: number
}

/** The event of a change. PayPal tells of no deleted draft. developer.paypal.com/api/rest/webhooks/event-names */
export function eventOf({ resource, isNew, object, at }: Change): ProviderEvent {
  const { prefix, kind, reached } = tellers[resource]
  const status = String(object.status)
  const type = `${prefix}.${isNew ? 'CREATED' : (reached[status] ?? 'UPDATED')}`
  const id = `WH-${randomUUID().replaceAll('-', '').toUpperCase().slice(0, 17)}`
  const event = {
    id,
    event_version: '1.0',
    create_time: millisecondTime(at),
    resource_type: kind,
    event_type: type,
    summary: `A ${kind} has changed.`,
    resource: resource === 'invoices' ? { invoice: object } : object,
    links: [],
  }
  return { id, type, body: eventText(event), headers: { 'content-type': 'application/json' } }
}

interface Teller {
  readonly prefix: string
  readonly kind: string
  /** The status that an object has reached → the last word of the event's type. */
  readonly reached: Readonly<Record<string, string>>
}

const tellers: Readonly<Record<IdentifiedName, Teller>> = {
  subscriptions: {
    prefix: 'BILLING.SUBSCRIPTION',
    kind: 'subscription',
    reached: { ACTIVE: 'ACTIVATED', SUSPENDED: 'SUSPENDED', CANCELLED: 'CANCELLED', EXPIRED: 'EXPIRED' },
  },
  plans: { prefix: 'BILLING.PLAN', kind: 'plan', reached: { INACTIVE: 'DEACTIVATED' } },
  products: { prefix: 'CATALOG.PRODUCT', kind: 'product', reached: {} },
  disputes: { prefix: 'CUSTOMER.DISPUTE', kind: 'dispute', reached: { RESOLVED: 'RESOLVED' } },
  invoices: {
    prefix: 'INVOICING.INVOICE',
    kind: 'invoices',
    reached: { PAID: 'PAID', CANCELLED: 'CANCELLED', REFUNDED: 'REFUNDED', SCHEDULED: 'SCHEDULED' },
  },
}
