import type { Reference } from './reference.ts'

/** The settings of the secret stores. */
export interface SecretSettings {
  /** The name of each secret must begin with it. `{tenantId}` stands for the tenant of the job. */
  readonly prefix: string
  /** Another endpoint than the region's, for both stores. */
  readonly endpoint: string | undefined
  readonly region: string | undefined
}

/** The whole secret as the store has it. Undefined if it is not text. */
export type FetchSecret = (reference: Reference) => Promise<string | undefined>
