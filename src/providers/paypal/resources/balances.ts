import * as tables from '../../../db/schema.ts'
import { fields, text } from '../../../provider/fields.ts'
import { absent, derived, mapping } from '../../../provider/mapping.ts'
import { unusable } from '../connection.ts'
import type { PayPalResource } from '../resource.ts'

/** The balances now, one for each currency. */
export const balances: PayPalResource<typeof tables.providerObjects> = {
  name: 'balances',
  table: tables.providerObjects,
  // Balances are about nobody. Objects of a table of all kinds have an owner.
  owner: { about: [] },
  optional: true,
  async list(paypal) {
    const { json, date } = await paypal.get('/v1/reporting/balances')
    const { items } = json.list('balances')
    if (!items) throw unusable('has no balances')
    const ofCurrency = items.map((item) => {
      const currency = text(fields(item.value()).currency)
      return currency === null ? item : item.withId(currency)
    })
    return { items: ofCurrency, next: null, observedAt: date }
  },
  row: mapping<typeof tables.providerObjects>({
    resource: derived(() => 'balances'),
    object: derived(() => 'balance'),
    ...absent('parentId', 'livemode', 'createdAt', 'updatedAt'),
  }),
}
