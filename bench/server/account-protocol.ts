/** What the account's process is told. */
export type AccountCommand = 'seen' | { readonly change: number }

/** What the account was asked since it was last asked for this. */
export interface AccountSeen {
  readonly requests: number
  /** By operation: `GET /v1/customers`, `GET /v1/customers/:id`. */
  readonly endpoints: Readonly<Record<string, number>>
  readonly limited: number
}
