/** The first columns of the key of every row that is kept about a provider's account. */
export interface AccountKey {
  readonly tenantId: string
  readonly provider: string
}
