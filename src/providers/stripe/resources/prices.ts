import { prices as table } from '../../../db/schema.ts'
import type { EmbeddedItem, EmbeddedItems } from '../../../provider/contract.ts'
import { decimal, flag, integer, object, reference, text, unixSeconds } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { resource } from '../resource.ts'

/**
 * Active and archived prices have two lists. Neither has prices made inline for a subscription or invoice. Tiers are
 * in price_options, because only an expanded list has them and an embedded price never does.
 */
export const prices = resource('prices', '/v1/prices', {
  table,
  owner: null,
  parts: { active: { active: 'true' }, inactive: { active: 'false' } },
  row: mapping<typeof table>({
    productId: at(reference, 'product'),
    active: flag,
    inline: derived(() => false),
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
    round: at(text, 'transform_quantity.round'),
    currencyOptions: object,
    taxBehavior: text,
    lookupKey: text,
    nickname: text,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})

/**
 * The complete prices inside items, each once. They are mapped as inline; a listed price in the database stays listed.
 */
export function embeddedPrices(candidates: readonly Item[]): EmbeddedItems {
  const perId = new Map<string, EmbeddedItem>()
  for (const item of candidates) {
    const price = object(item.value())
    const id = reference(price)
    if (id !== null && price?.object === 'price' && price.deleted !== true)
      perId.set(id, { item, columns: { inline: true } })
  }
  return { prices: [...perId.values()] }
}
