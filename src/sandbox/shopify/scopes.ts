/** What an app may be granted to read; by default all of it. */
export const readScopes = [
  'read_customers',
  'read_orders',
  'read_all_orders',
  'read_products',
  'read_payment_terms',
  'read_customer_payment_methods',
  'read_own_subscription_contracts',
  'read_shopify_payments_accounts',
  'read_shopify_payments_payouts',
  'read_shopify_payments_disputes',
] as const

export type Scope = (typeof readScopes)[number]
