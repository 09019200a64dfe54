import { mainLocation } from '../locations.ts'
import type { Money } from '../money.ts'
import { inCurrency, money } from '../money.ts'
import type { Dataset } from '../resource.ts'
import { currencyOf } from './location-of.ts'

export const cadences = [
  'MONTHLY',
  'ANNUAL',
  'WEEKLY',
  'DAILY',
  'EVERY_TWO_WEEKS',
  'THIRTY_DAYS',
  'SIXTY_DAYS',
  'NINETY_DAYS',
  'EVERY_TWO_MONTHS',
  'QUARTERLY',
  'EVERY_FOUR_MONTHS',
  'EVERY_SIX_MONTHS',
  'EVERY_TWO_YEARS',
] as const

/** The price of the last phase, in the currency of the merchant. */
export function priceOf(variation: number, data: Dataset): Money {
  const currency = currencyOf(mainLocation, data)
  return money(inCurrency(990 + (data.draw('variations', variation)() % 60) * 250, currency), currency)
}
