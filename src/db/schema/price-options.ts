import { jsonb, text } from 'drizzle-orm/pg-core'
import { decimal, money, whole } from './column.ts'
import { syncedTable } from './synced.ts'

/** Fields of prices that the list of prices leaves out. The id is that of the price. */
export const priceOptions = syncedTable('price_options', {
  /** Amounts in other currencies, by currency, in the minor unit: {"eur": {"unit_amount": 900}}. */
  currencyOptions: jsonb('currency_options'),
})

/** Tiers of tiered prices. Amounts are in the minor unit of the price's currency. */
export const priceTiers = syncedTable(
  'price_tiers',
  {
    priceId: text('price_id'),
    /** Place of the tier, from 1. */
    position: whole('position'),
    /** The last unit of the tier. Null if the tier has no end. */
    upTo: whole('up_to'),
    unitAmount: money('unit_amount'),
    /** Amount of a unit with its fraction. */
    unitAmountDecimal: decimal('unit_amount_decimal'),
    flatAmount: money('flat_amount'),
    /** Amount for the whole tier with its fraction. */
    flatAmountDecimal: decimal('flat_amount_decimal'),
  },
  { nested: true, by: ['priceId'] },
)
