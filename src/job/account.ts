import { sql } from 'drizzle-orm'
import type { AccountKey } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import { syncAccounts } from '../db/schema.ts'
import { SyncError } from '../errors.ts'
import type { Account } from '../provider/contract.ts'

/** An account that rows of the tenant were read from, as `sync_accounts` has it. */
export interface KnownAccount {
  readonly account: string
  readonly credential: string | null
}

/** The account that a delivery reads. */
export interface JobAccount {
  readonly id: string
  /** The hash to remember it by; null where `id` needs no key to be known. */
  readonly credential: string | null
  /** Whether `sync_accounts` already says so. */
  readonly isRecorded: boolean
  /** Whether rows of another account may be in the tables: then absence from this account's lists says nothing of them. */
  readonly hasOthers: boolean
  /** A name from before accounts were asked for, which this account takes over. */
  readonly adopts: string | null
}

/** The note of a job in whose tables other accounts have rows. */
export const accountChanged = 'account changed: nothing was reconciled'

/** For the `returning` of a claim: the accounts of this tenant and provider. */
export const knownAccounts = ({ tenantId, provider }: AccountKey) =>
  sql<readonly KnownAccount[]>`(
    select coalesce(jsonb_agg(jsonb_build_object('account', known.account, 'credential', known.credential)), '[]')
    from ${syncAccounts} as known where known.tenant_id = ${tenantId}::uuid and known.provider = ${provider})`

/** The account, if the credentials name it or the key is known; null if the provider must be asked. */
export function recognise(
  { id, credential }: Pick<Account, 'id' | 'credential'>,
  known: readonly KnownAccount[],
): string | null {
  return id ?? known.find((account) => account.credential === credential)?.account ?? null
}

interface IdentifiedAccount {
  readonly id: string
  readonly connection: Pick<Account, 'id' | 'credential'>
  readonly known: readonly KnownAccount[]
}

/** What is known of an account beside the others of its tenant, pure. `adopts` is a candidate that `settleAdoption` decides on. */
export function describeAccount({ id, connection, known }: IdentifiedAccount): JobAccount {
  const credential = connection.id === null ? connection.credential : null
  const record = known.find(({ account }) => account === id)
  const others = known.filter(({ account }) => account !== id)
  const formerNames = ['unknown', ...(connection.id === null ? [id.endsWith(':test') ? 'own test' : 'own live'] : [])]
  const adopts = others.find(({ account }) => formerNames.includes(account))?.account ?? null
  return {
    id,
    credential,
    isRecorded: record !== undefined && (credential === null || record.credential === credential),
    hasOthers: others.some(({ account }) => account !== adopts),
    adopts,
  }
}

/** A job goes on only with the account it began with. @throws SyncError `account_mismatch` */
export function refuseOther(begunWith: string | null, { id }: JobAccount): void {
  // A key that may not ask who it is may have been replaced by another of the same account.
  if (begunWith === null || begunWith === id || [begunWith, id].some((account) => account.startsWith('key_'))) return
  throw new SyncError(
    'reject',
    'account_mismatch',
    `job: it began with account ${begunWith}, and its credentials now belong to ${id}. This job is over. Send a new jobId, with credentials of the account that is meant.`,
  )
}

/** The account once a commit has recorded it. */
export const recorded = (account: JobAccount): JobAccount => ({ ...account, isRecorded: true, adopts: null })

/** The statement that records the account. It is part of the statement that writes the job's row. */
export function accountRecord(tx: Database, { id, credential }: JobAccount, { tenantId, provider }: AccountKey) {
  return tx
    .insert(syncAccounts)
    .values({ tenantId, provider, account: id, credential })
    .onConflictDoUpdate({
      target: [syncAccounts.tenantId, syncAccounts.provider, syncAccounts.account],
      set: { credential },
      setWhere: sql`${syncAccounts.credential} is distinct from excluded.credential`,
    })
}
