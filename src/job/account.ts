import { sql } from 'drizzle-orm'
import { type AccountKey, type ProviderKey, unknownAccount } from '../db/account-key.ts'
import { syncAccounts, syncCursors } from '../db/schema.ts'
import { SyncError } from '../errors.ts'
import { withoutMode } from '../provider/account-name.ts'
import type { Account } from '../provider/contract.ts'
import type { SyncJobRequest } from './request.ts'

/** A row of `sync_accounts`. */
export interface KnownAccount {
  readonly account: string
  readonly credential: string | null
  /** Second since 1970; null if the provider did not say. */
  readonly began: number | null
  /** Whether rows of the account `unknown` are this account's; null if that was not decided yet. */
  readonly adopted: boolean | null
  /** The provider's second up to which jobs have read the account; null before the first. One in the future does not count. */
  readonly seen: number | null
  /** See `readListSplits`. Null unless the job is a full one. */
  readonly splits: unknown
}

/** The account that a delivery reads and writes, once its lease is taken. */
export interface JobAccount extends AccountKey {
  /** Whether rows of the account `unknown` may be stored, some of which may be this account's. */
  readonly mayHaveUnknown: boolean
}

/** For the `returning` of a claim: the accounts of this tenant and provider. Only a full job plans with `splits`. */
export const knownAccounts = ({ tenantId, provider }: ProviderKey, { syncType }: SyncJobRequest['additionalData']) =>
  sql<readonly KnownAccount[]>`(
    select coalesce(jsonb_agg(jsonb_build_object('account', known.account, 'credential', known.credential,
      'began', floor(extract(epoch from known.began_at)), 'adopted', known.adopted,
      'seen', (select floor(extract(epoch from max(read.cursor))) from ${syncCursors} as read
        where read.tenant_id = known.tenant_id and read.provider = known.provider and read.account = known.account and read.cursor <= now()),
      'splits', case when ${syncType === 'full'} then known.list_splits end)), '[]')
    from ${syncAccounts} as known where known.tenant_id = ${tenantId}::uuid and known.provider = ${provider})`

/** The account, if the credentials name it or the key is known; null if the provider must be asked. */
export function recognise(
  { id, credential }: Pick<Account, 'id' | 'credential'>,
  known: readonly KnownAccount[],
): Pick<KnownAccount, 'account' | 'began' | 'splits'> | null {
  if (id !== null) return known.find(({ account }) => account === id) ?? { account: id, began: null, splits: null }
  return known.find((row) => row.credential === credential) ?? null
}

export const isUnknown = ({ account }: Pick<KnownAccount, 'account'>): boolean => account === unknownAccount

interface Expected {
  /** The account that the message names, without its mode. */
  readonly named: string | undefined
  /** The account of the job's earlier deliveries. */
  readonly begunWith: string | null
}

/** Refuses an account that is not the one that the message names or that the job began with. @throws SyncError `account_mismatch` */
export function refuseOther(account: string, { named, begunWith }: Expected): void {
  const mismatch = (sentence: string) => new SyncError('reject', 'account_mismatch', `job: ${sentence}`)
  if (named !== undefined && named !== withoutMode(account))
    throw mismatch(
      `the message names account ${named}, and its credentials belong to ${account}. Send a new jobId, with the credentials of ${named} or with account "${withoutMode(account)}".`,
    )
  if (begunWith !== null && begunWith !== account)
    throw mismatch(
      `it began with account ${begunWith}, and its credentials now belong to ${account}. The job is over. Send a new jobId, with credentials of the account that is meant.`,
    )
}
