import type { CurrencyDigits } from '../../provider/money.ts'

/** Where Stripe's minor unit is not that of ISO 4217 (https://docs.stripe.com/currencies#special-cases). */
export const currencyDigits: CurrencyDigits = { ISK: 2, UGX: 2, MGA: 0 }
