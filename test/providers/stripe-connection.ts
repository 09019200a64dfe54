import type { StripeConnection } from '../../src/providers/stripe/connection.ts'

/** A live connection whose requests are answered by `get`. */
export const answeredBy = (get: StripeConnection['get']): StripeConnection => ({
  id: null,
  mode: 'live',
  keyName: 'the key',
  isRestricted: false,
  quote: () => null,
  credential: '',
  perSecond: 1,
  get,
  close() {},
})
