const uri = 'https://uri.paypal.com/services'

/** The scopes by which a token may read, as PayPal's specifications name them. */
export const scopes = {
  transactions: `${uri}/reporting/search/read`,
  balances: `${uri}/reporting/balances/read`,
  subscriptions: `${uri}/subscriptions`,
  invoices: `${uri}/invoicing/invoices/read`,
  disputes: `${uri}/disputes/read-seller`,
} as const

export const allScopes: readonly string[] = Object.values(scopes)
/** What an app has that nobody has switched Transaction Search on for. */
export const withoutReporting = allScopes.filter((scope) => !scope.includes('/reporting/'))
