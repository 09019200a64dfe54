import * as tables from '../../../db/schema.ts'
import type { EmbeddedList } from '../../../provider/contract.ts'
import { decimal, integer, list, object, unixSeconds } from '../../../provider/fields.ts'
import { type Item, itemsIn } from '../../../provider/item.ts'
import { absent, at, mapping } from '../../../provider/mapping.ts'
import { nested, parentId } from '../nested.ts'
import { resource } from '../resource.ts'

/*
 * What Stripe shows only to a request that expands it. The lists are read once more, into tables of their own, so that
 * the payloads of prices and coupons stay as events have them. After an event, the object is fetched once more.
 */

/** A tier has no id: its place in the price makes one. A price's tiers never change. */
function tiersOf(price: Item): EmbeddedList {
  const tiers = itemsIn(price.at('tiers')) ?? []
  return {
    items: tiers.map((tier, at) => tier.withId(`${price.id}:${at + 1}`).withFields({ position: at + 1 })),
    next: null,
  }
}

const tiers = nested('price_tiers', {
  table: tables.priceTiers,
  parent: 'priceId',
  owner: null,
  embedded: tiersOf,
  async list(stripe, price) {
    const { json, date } = await stripe.get(`/v1/prices/${encodeURIComponent(price)}?expand[]=tiers`)
    return { items: tiersOf(json.whole).items, next: null, observedAt: date }
  },
  row: mapping<typeof tables.priceTiers>({
    priceId: parentId,
    position: integer,
    upTo: integer,
    unitAmount: integer,
    unitAmountDecimal: decimal,
    flatAmount: integer,
    flatAmountDecimal: decimal,
    ...absent('createdAt', 'updatedAt'),
  }),
})

export const priceOptions = resource('price_options', '/v1/prices', {
  table: tables.priceOptions,
  owner: null,
  nested: [tiers],
  expand: ['tiers', 'currency_options'],
  parts: { active: { active: 'true' }, inactive: { active: 'false' } },
  row: mapping<typeof tables.priceOptions>({
    currencyOptions: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})

export const couponOptions = resource('coupon_options', '/v1/coupons', {
  table: tables.couponOptions,
  owner: null,
  expand: ['applies_to', 'currency_options'],
  row: mapping<typeof tables.couponOptions>({
    appliesTo: at(list, 'applies_to.products'),
    currencyOptions: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})
