import { randomUUID } from 'node:crypto'
import { eventText, type ProviderEvent } from '../../server/announcements.ts'
import type { ResourceName } from '../names.ts'
import { type Fields, fieldOf, type SquareObject } from '../square-object.ts'
import { timestamp } from '../timestamps.ts'

/** A change of an object as the mutations make it. */
export interface Change {
  readonly resource: ResourceName
  readonly kind: 'created' | 'updated' | 'deleted'
  /** After the change; of a deleted object, its last state. */
  readonly object: SquareObject
  /** Unix milliseconds. */
  readonly at: number
}

/**
 * The event of a change; undefined if Square sends none. developer.squareup.com/docs/webhooks/v2webhook-events-tech-ref
 */
export function eventOf(merchant: string, change: Change): ProviderEvent | undefined {
  const { resource, kind, object, at } = change
  const content = tellers[resource]?.(change)
  if (!content) return undefined
  const { type, data } = content
  const id = randomUUID()
  const about = kind === 'deleted' ? { type: data.type, id: object.id, deleted: true } : { id: object.id, ...data }
  const location = fieldOf(object, 'location_id')
  const event = {
    merchant_id: merchant,
    ...(location === undefined ? {} : { location_id: location }),
    type,
    event_id: id,
    created_at: timestamp(at),
    data: about,
  }
  return { id, type, body: eventText(event), headers: { 'content-type': 'application/json' } }
}

interface Told {
  readonly type: string
  readonly data: { readonly type: string; readonly object: Fields; readonly id?: string }
}

const whole =
  (name: string, updated = `${name}.updated`) =>
  ({ kind, object }: Change): Told => ({
    type: kind === 'updated' ? updated : `${name}.${kind}`,
    data: { type: name, object: { [name]: object } },
  })

const tellers: Readonly<Partial<Record<ResourceName, (change: Change) => Told | undefined>>> = {
  customers: whole('customer'),
  payments: whole('payment'),
  refunds: whole('refund'),
  disputes: whole('dispute', 'dispute.state.updated'),
  invoices: whole('invoice'),
  subscriptions({ kind, object }) {
    const { actions: _, ...subscription } = object
    return { type: `subscription.${kind}`, data: { type: 'subscription', object: { subscription } } }
  },
  payouts: ({ object }) => ({
    type: `payout.${String(object.status).toLowerCase()}`,
    data: { type: 'payout', object: { payout: object } },
  }),
  orders({ kind, object }) {
    const name = `order_${kind}`
    const { id, version, location_id, state, created_at, updated_at } = object
    const said = { order_id: id, version, location_id, state, created_at, updated_at }
    return { type: `order.${kind}`, data: { type: name, object: { [name]: said } } }
  },
  plans: catalog,
  variations: catalog,
}

/** Square tells that the catalog has changed, and not what in it. */
function catalog({ at }: Change): Told {
  const object = { catalog_version: { updated_at: timestamp(at) } }
  return { type: 'catalog.version.updated', data: { type: 'catalog', id: '', object } }
}
