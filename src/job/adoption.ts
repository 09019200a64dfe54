import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import type { AccountKey, ProviderKey } from '../db/account-key.ts'
import { liveRows } from '../db/live.ts'
import type { Database, TenantDatabase } from '../db/open.ts'
import { whileWorking, withRetry } from '../db/retry.ts'
import { type SyncedTable, syncAccounts } from '../db/schema.ts'
import { isRefused } from '../errors.ts'
import type { Mode } from '../provider/account-name.ts'
import type { ListSource } from '../provider/contract.ts'
import type { Source } from '../sync/source.ts'

/*
 * Rows of 0.1.0 do not say which account they belong to: their account is `unknown`. The first job of an account asks the
 * provider for some of them by id. If it has most of them, the rows are moved to the account, in batches. Otherwise
 * they stay, and a row goes once an account stores the same object (`removeUnknown`).
 */

/**
 * Stored rows that are asked for by id: of each resource, and in all. They are looked for among so many rows of the
 * account, because the rows of the other mode may be millions.
 */
const sample = { perResource: 4, atMost: 16, among: 10_000 } as const

interface Adopting {
  readonly db: TenantDatabase
  readonly clock: Clock
  readonly sources: readonly Source[]
}

/** Whether the provider has most of an account's stored rows, asked by id; null if nothing could be asked. @throws SyncError */
export async function hasMostOf(
  { account, providerKey, mode }: { account: string; providerKey: ProviderKey; mode: Mode },
  { db, clock, sources }: Adopting,
  signal: AbortSignal,
): Promise<boolean | null> {
  const counts = { alive: 0, gone: 0 }
  for (const source of sources) {
    if (source.kind !== 'list' || !source.retrieve || counts.alive + counts.gone >= sample.atMost) continue
    const ids = await withRetry(() => storedIds(db, source, { ...providerKey, account }, mode), {
      policy: whileWorking,
      clock,
      signal,
    })
    for (const id of ids) {
      const isAlive = await stillExists(source.retrieve, id, signal)
      if (isAlive === null) break
      counts[isAlive ? 'alive' : 'gone']++
    }
  }
  if (counts.alive + counts.gone === 0) return null
  return counts.alive > counts.gone
}

async function storedIds(
  db: TenantDatabase,
  source: ListSource,
  accountKey: AccountKey,
  mode: Mode,
): Promise<readonly string[]> {
  const { rows } = await db.read((tx) =>
    tx.execute<{ id: string }>(sql`
      select row.id from (select row.id, ${livemode(source.table)} as livemode ${liveRows(source, accountKey)} limit ${sample.among}) as row
      where coalesce(row.livemode, true) = ${mode === 'live'} limit ${sample.perResource}`),
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

/** The mode of the object of `row`; null if the provider does not say it. */
export function livemode(table: SyncedTable): SQL {
  return 'livemode' in getTableColumns(table) ? sql`row.livemode` : sql`(row.raw ->> 'livemode')::boolean`
}

/** Remembers whether the unknown rows are this account's, so that it is not asked again. */
export async function decideAdoption(tx: Database, account: AccountKey, adopted: boolean): Promise<void> {
  await tx.execute(sql`
    update ${syncAccounts} as known set adopted = ${adopted}
    where known.tenant_id = ${account.tenantId}::uuid and known.provider = ${account.provider}
      and known.account = ${account.account}`)
}
