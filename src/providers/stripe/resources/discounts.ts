import * as tables from '../../../db/schema.ts'
import type { EmbeddedList } from '../../../provider/contract.ts'
import { fields, object, reference, text, unixSeconds } from '../../../provider/fields.ts'
import { type Item, itemsIn } from '../../../provider/item.ts'
import { absent, at, mapping } from '../../../provider/mapping.ts'
import { unusable } from '../connection.ts'
import { nested, parentId } from '../nested.ts'

/*
 * Stripe has no list of discounts, and no request for one of them. A subscription has their ids, and the objects if they are expanded.
 * A subscription with discounts is retrieved once more for them, so that its payload stays as events have it.
 */

const expansions = [
  'discounts',
  'discounts.source.coupon',
  'items.data.discounts',
  'items.data.discounts.source.coupon',
]
// Stripe expands four levels at most.
const query = expansions
  .filter((path) => path.split('.').length <= 4)
  .map((path) => `expand[]=${path}`)
  .join('&')

/** The discounts of a subscription, of its items, and, before API 2025-03-31, its only one. */
function entriesOf(subscription: Item): readonly Item[] {
  const items = itemsIn(subscription.at('items', 'data')) ?? []
  const lists = [subscription.at('discounts'), ...items.map((item) => item.at('discounts'))]
  const entries = lists.flatMap((entries) => itemsIn(entries) ?? [])
  const only = subscription.at('discount')
  return object(only.value()) ? [...entries, only] : entries
}

function embedded(subscription: Item): EmbeddedList {
  const entries = entriesOf(subscription)
  const isExpanded = entries.every((entry) => object(entry.value()) !== null)
  // No items and an empty cursor: all are still to be fetched.
  return isExpanded ? { items: entries, next: null } : { items: [], next: '' }
}

export const discounts = nested('discounts', {
  table: tables.discounts,
  parent: 'subscriptionId',
  owner: { customer: ['customerId'], about: ['subscriptionId'] },
  embedded,
  async list(stripe, subscription) {
    const { json, date } = await stripe.get(`/v1/subscriptions/${encodeURIComponent(subscription)}?${query}`)
    if (json.whole.id !== subscription) throw unusable('is not the subscription that was asked for')
    const items = entriesOf(json.whole).filter(
      (entry) => reference(entry.value()) !== null && object(entry.value()) !== null,
    )
    return { items, next: null, observedAt: date }
  },
  row: mapping<typeof tables.discounts>({
    couponId: at(reference, 'source.coupon', 'coupon'),
    promotionCodeId: at(reference, 'promotion_code'),
    customerId: at(reference, 'customer'),
    subscriptionId: parentId,
    subscriptionItemId: at(text, 'subscription_item'),
    startsAt: at(unixSeconds, 'start'),
    endsAt: at(unixSeconds, 'end'),
    createdAt: at(unixSeconds, 'start'),
    ...absent('updatedAt'),
  }),
})

/** The object that a discount's event is about: its subscription, or else its customer. Both have the discounts that they have now. */
export function holderOf(discount: unknown): { readonly resource: string; readonly id: string } | null {
  const { subscription, customer } = fields(discount)
  const [ofSubscription, ofCustomer] = [reference(subscription), reference(customer)]
  if (ofSubscription !== null) return { resource: 'subscriptions', id: ofSubscription }
  return ofCustomer === null ? null : { resource: 'customers', id: ofCustomer }
}
