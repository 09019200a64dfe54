import { prices as table } from '../../../db/schema.ts'
import type { Found } from '../../../provider/contract.ts'
import { decimal, flag, instant, integer, object, reference, text } from '../../../provider/fields.ts'
import { at, derived, mapping } from '../../../provider/mapping.ts'
import { resource } from '../resource.ts'

/** Marks a price that was found on an item. A symbol, so that the payload stays as Stripe sent it. */
const found = Symbol('found on an item')

/**
 * Active ones and archived ones, each with a list of its own; those made inline for one subscription or invoice are in
 * neither. Tiers are not read: only an expanded list has them, and a price found on an item never does.
 */
export const prices = resource('prices', '/v1/prices', {
  table,
  owner: null,
  parts: { active: { active: 'true' }, inactive: { active: 'false' } },
  ...mapping<typeof table>({
    productId: at(reference, 'product'),
    active: flag,
    inline: derived((price) => Object.hasOwn(price, found)),
    currency: text,
    type: text,
    billingScheme: text,
    unitAmount: integer,
    unitAmountDecimal: decimal,
    interval: at(text, 'recurring.interval'),
    intervalCount: at(integer, 'recurring.interval_count'),
    usageType: at(text, 'recurring.usage_type'),
    meterId: at(reference, 'recurring.meter'),
    trialPeriodDays: at(integer, 'recurring.trial_period_days'),
    tiersMode: text,
    divideBy: at(integer, 'transform_quantity.divide_by'),
    taxBehavior: text,
    lookupKey: text,
    nickname: text,
    livemode: flag,
    metadata: object,
    createdAt: at(instant, 'created'),
  }),
})

/** The whole prices among what items hold, each once; `prices` maps them as inline, the database keeps what it knows better. */
export function foundPrices(places: readonly Found[]): { readonly prices: readonly Found[] } {
  const perId = new Map<string, Found>()
  for (const { item, path } of places) {
    const price = object(item)
    const id = reference(price)
    if (id !== null && price?.object === 'price' && price.deleted !== true)
      perId.set(id, { item: { ...price, [found]: true }, path })
  }
  return { prices: [...perId.values()] }
}
