import { sql } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import type { AccountKey } from '../db/account-key.ts'
import { liveRows } from '../db/live.ts'
import type { Database, TenantDatabase } from '../db/open.ts'
import { whileWorking, withRetry } from '../db/retry.ts'
import { syncAccounts } from '../db/schema.ts'
import { isRefused } from '../errors.ts'
import type { ListSource } from '../provider/contract.ts'
import type { Source } from '../sync/source.ts'
import type { JobAccount } from './account.ts'

/** Stored rows that are asked for by id: of each resource, and in all. */
const sample = { perResource: 4, atMost: 16 } as const

interface Adopting {
  readonly db: TenantDatabase
  readonly clock: Clock
  readonly accountKey: AccountKey
  readonly sources: readonly Source[]
}

/**
 * Decides whether rows from versions that did not ask for the account are this account's. The worker asks the provider for
 * some of them by id: the account has most of its own rows, and few or none of another's, such as a coupon of the same
 * name. A job without such rows decides nothing, and the next one asks again.
 * @throws SyncError
 */
export async function settleAdoption(
  account: JobAccount,
  { db, clock, accountKey, sources }: Adopting,
  signal: AbortSignal,
): Promise<JobAccount> {
  if (account.adopts === null) return account
  const counts = { alive: 0, gone: 0 }
  for (const source of sources) {
    if (source.kind !== 'list' || !source.retrieve || counts.alive + counts.gone >= sample.atMost) continue
    const key = { ...accountKey, account: account.id }
    const ids = await withRetry(() => formerIds(db, source, key), { policy: whileWorking, clock, signal })
    for (const id of ids) {
      const isAlive = await stillExists(source.retrieve, id, signal)
      if (isAlive === null) break
      counts[isAlive ? 'alive' : 'gone']++
    }
  }
  return counts.alive > counts.gone ? account : { ...account, adopts: null, hasOthers: true }
}

/** Ids of live rows that were stored before the account was first read. */
async function formerIds(
  db: TenantDatabase,
  source: ListSource,
  { account, ...accountKey }: AccountKey & { readonly account: string },
): Promise<readonly string[]> {
  const { rows } = await db.read((tx) =>
    tx.execute<{ id: string }>(sql`
      select row.id ${liveRows(source, accountKey)} and row.synced_at < coalesce((
        select known.first_seen_at from ${syncAccounts} as known
        where known.tenant_id = ${accountKey.tenantId}::uuid and known.provider = ${accountKey.provider}
          and known.account = ${account}
      ), 'infinity') limit ${sample.perResource}`),
  )
  return rows.map(({ id }) => id)
}

/** Null if the key may not ask for objects of this resource. */
async function stillExists(
  retrieve: NonNullable<ListSource['retrieve']>,
  id: string,
  signal: AbortSignal,
): Promise<boolean | null> {
  try {
    return (await retrieve(id, signal)).item !== null
  } catch (error) {
    if (isRefused(error, 'resource')) return null
    throw error
  }
}

/** Takes the former name out, now that its rows are known to be this account's. */
export async function adopt(tx: Database, { adopts }: JobAccount, accountKey: AccountKey): Promise<void> {
  if (adopts === null) return
  await tx.execute(sql`
    delete from ${syncAccounts} as known
    where known.tenant_id = ${accountKey.tenantId}::uuid and known.provider = ${accountKey.provider}
      and known.account = ${adopts}`)
}
