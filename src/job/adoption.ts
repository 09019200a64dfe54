import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import { type AccountKey, type ProviderKey, unknownAccount } from '../db/account-key.ts'
import { hasResource, liveRows } from '../db/live.ts'
import type { Database, TenantDatabase } from '../db/open.ts'
import { whileWorking, withRetry } from '../db/retry.ts'
import { type SyncedTable, syncAccounts, syncJobs } from '../db/schema.ts'
import { syncedTables } from '../db/synced-tables.ts'
import { isRefused } from '../errors.ts'
import { type Mode, modeOf } from '../provider/account-name.ts'
import type { ListSource } from '../provider/contract.ts'
import type { Source } from '../sync/source.ts'
import type { JobAccount } from './account.ts'
import { moveUnknownRejects } from './commit/rejects.ts'
import { fenced, isHeldBy, type Lease, leaseExtension } from './lease.ts'

/*
 * Rows of 0.1.0 do not say which account they belong to: their account is `unknown`. The first job of an account asks the
 * provider for some of them by id. If it has most of them, the rows are moved to the account, in batches. Otherwise
 * they stay, and a row goes once an account stores the same object (`removeUnknown`).
 */

/** Stored rows that are asked for by id: of each resource, and in all. */
const sample = { perResource: 4, atMost: 16 } as const

/** Rows that one transaction moves. */
const rowsPerMove = 5_000

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
      select row.id ${liveRows(source, accountKey)} and ${isOfMode(source.table, mode)} limit ${sample.perResource}`),
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

/** The mode of an object, where the provider says it. */
function livemode(table: SyncedTable): SQL {
  return 'livemode' in getTableColumns(table) ? sql`row.livemode` : sql`(row.raw ->> 'livemode')::boolean`
}

const isOfMode = (table: SyncedTable, mode: Mode) => sql`coalesce(${livemode(table)}, true) = ${mode === 'live'}`

interface Moving {
  readonly db: TenantDatabase
  readonly clock: Clock
  readonly lease: Lease
}

/**
 * Moves rows of the account `unknown` to the account, in batches, each a transaction that holds the job's lease: it may be
 * killed anywhere, and the next delivery goes on. Rows of the other mode stay; so do rows that do not say their mode
 * where both modes have rows.
 * @returns the account, with whether rows of `unknown` are left
 */
export async function moveUnknown(
  account: JobAccount,
  { db, clock, lease }: Moving,
  signal: AbortSignal,
): Promise<JobAccount> {
  const inBatches = <T>(work: (tx: Database) => Promise<T>) =>
    withRetry(() => db.within(work), { policy: whileWorking, clock, signal })
  const isLive = modeOf(account.account) === 'live'
  const isMixed = await inBatches((tx) => hasUnknown(tx, account, (table) => sql`${livemode(table)} = ${!isLive}`))
  for (const table of syncedTables.values()) {
    const takes = isMixed
      ? sql`${livemode(table)} = ${isLive}`
      : sql`coalesce(${livemode(table)}, ${isLive}) = ${isLive}`
    for (let moved = rowsPerMove; moved === rowsPerMove; ) {
      signal.throwIfAborted()
      moved = await inBatches((tx) => moveBatch(tx, { table, account, takes, lease }))
    }
  }
  return await inBatches(async (tx) => {
    await moveUnknownRejects(tx, account)
    await decideAdoption(tx, account, true)
    const mayHaveUnknown = await hasUnknown(tx, account)
    if (!mayHaveUnknown) await forgetUnknown(tx, account)
    return { ...account, mayHaveUnknown }
  })
}

/** Whether rows of `unknown` are stored that meet a condition on `row`. */
async function hasUnknown(
  tx: Database,
  { tenantId, provider }: ProviderKey,
  where: (table: SyncedTable) => SQL = () => sql`true`,
): Promise<boolean> {
  const any = [...syncedTables.values()].map(
    (table) => sql`exists (select from ${table} as row where row.tenant_id = ${tenantId}::uuid
      and row.provider = ${provider} and row.account = ${unknownAccount} and ${where(table)})`,
  )
  const { rows } = await tx.execute<{ any: boolean }>(sql`select ${sql.join(any, sql` or `)} as any`)
  return rows[0]?.any === true
}

interface Batch {
  readonly table: SyncedTable
  readonly account: AccountKey
  /** Which rows, by the alias `row`. */
  readonly takes: SQL
  readonly lease: Lease
}

/** A row that the account has already is newer; the unknown one goes. */
async function moveBatch(tx: Database, { table, account, takes, lease }: Batch): Promise<number> {
  const { tenantId, provider } = account
  const sameObject = sql`mine.tenant_id = ${tenantId}::uuid and mine.provider = ${provider} and mine.account = ${account.account}
    and mine.id = row.id ${hasResource(table) ? sql`and mine.resource = row.resource` : sql``}`
  const { rows } = await tx.execute<{ moved: number }>(sql`
    with batch as materialized (
      select row.ctid as place, exists (select from ${table} as mine where ${sameObject}) as is_double
      from ${table} as row
      where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${unknownAccount} and ${takes}
      limit ${rowsPerMove} for update
    ), removed as (
      delete from ${table} as target using batch where target.ctid = batch.place and batch.is_double returning 1
    ), moved as (
      update ${table} as target set account = ${account.account} from batch
      where target.ctid = batch.place and not batch.is_double returning 1
    )
    select (select count(*) from removed)::int + (select count(*) from moved)::int as moved`)
  const held = await tx
    .update(syncJobs)
    .set({ ...leaseExtension(lease), stalled: 0 })
    .where(isHeldBy(lease))
    .returning({ id: syncJobs.id })
  if (held.length === 0) throw fenced()
  return rows[0]?.moved ?? 0
}

/** Remembers whether the unknown rows are this account's, so that it is not asked again. */
export async function decideAdoption(tx: Database, account: AccountKey, adopted: boolean): Promise<void> {
  await tx.execute(sql`
    update ${syncAccounts} as known set adopted = ${adopted}
    where known.tenant_id = ${account.tenantId}::uuid and known.provider = ${account.provider}
      and known.account = ${account.account}`)
}

/** Removes `unknown` from the accounts of the tenant. */
async function forgetUnknown(tx: Database, { tenantId, provider }: ProviderKey): Promise<void> {
  await tx.execute(sql`
    delete from ${syncAccounts} as known where known.tenant_id = ${tenantId}::uuid and known.provider = ${provider}
      and known.account = ${unknownAccount}`)
}
