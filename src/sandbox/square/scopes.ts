/** What a token may be allowed to read. */
export const readScopes = [
  'CUSTOMERS_READ',
  'DISPUTES_READ',
  'INVOICES_READ',
  'ITEMS_READ',
  'MERCHANT_PROFILE_READ',
  'ORDERS_READ',
  'PAYMENTS_READ',
  'PAYOUTS_READ',
  'SUBSCRIPTIONS_READ',
] as const

export type Scope = (typeof readScopes)[number]
