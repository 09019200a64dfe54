import { dateTime, fields, text } from '../../../provider/fields.ts'
import type { LiveEvents } from '../../../provider/live.ts'

/** What the `data` of an event calls its object → its resource, and whether the event has the object as lists have it. */
const objects: Readonly<Record<string, readonly [resource: string, isWhole: boolean]>> = {
  customer: ['customers', true],
  payment: ['payments', true],
  refund: ['refunds', true],
  dispute: ['disputes', true],
  invoice: ['invoices', true],
  payout: ['payouts', true],
  // Lists have the actions of a subscription, events do not.
  subscription: ['subscriptions', false],
  order: ['orders', false],
  order_created: ['orders', false],
  order_updated: ['orders', false],
  order_fulfillment: ['orders', false],
  order_fulfillment_updated: ['orders', false],
}

/**
 * An event of Square. Its `created_at` is the time of the event; the object itself says by `updated_at`, in milliseconds,
 * when it was like that. developer.squareup.com/docs/webhooks/v2webhook-events-tech-ref
 */
export const read: LiveEvents['read'] = (event) => {
  const { type, created_at: createdAt, data: contents } = fields(event.value())
  if (type === 'oauth.authorization.revoked') return { kind: 'deauthorized', customer: null }
  const data = fields(contents)
  const kind = text(data.type) ?? ''
  const [resource, isWhole] = objects[kind] ?? []
  const item = event.at('data', 'object', kind)
  const object = fields(item.value())
  const id = text(object.id) ?? text(object.order_id) ?? text(data.id)
  const time = dateTime(createdAt)
  if (resource === undefined || id === null || time === null) return null
  const gone = data.deleted === true
  const isThere = isWhole === true && text(object.id) === id && !gone
  const seenAt = dateTime(object.updated_at)
  const at = Math.floor((isThere && seenAt ? seenAt : time).getTime() / 1_000)
  return { resource, id, at, gone, item: isThere ? item : null, ...(isThere && seenAt && { seenAt }) }
}
