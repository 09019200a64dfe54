/** A tenant at a provider. This is known before the account is known. */
export interface ProviderKey {
  readonly tenantId: string
  readonly provider: string
}

/** The first columns of the key of every row that is kept about a provider account. */
export interface AccountKey extends ProviderKey {
  /** The provider's own id of the account with its mode: acct_1ABC is live, acct_1ABC:test is test mode. */
  readonly account: string
}

/** The account of rows from versions of the worker that did not record it. */
export const unknownAccount = 'unknown'

/** The account of a tombstone that binds every account. */
export const everyAccount = '*'
