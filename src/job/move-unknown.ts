import { type SQL, sql } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import { type AccountKey, type ProviderKey, unknownAccount } from '../db/account-key.ts'
import { hasResource } from '../db/live.ts'
import type { Database, TenantDatabase } from '../db/open.ts'
import { whileWorking, withRetry } from '../db/retry.ts'
import { type SyncedTable, syncAccounts, syncJobs } from '../db/schema.ts'
import { syncedTables } from '../db/synced-tables.ts'
import { modeOf } from '../provider/account-name.ts'
import type { JobAccount } from './account.ts'
import { decideAdoption, livemode } from './adoption.ts'
import { moveUnknownRejects } from './commit/rejects.ts'
import { fenced, isHeldBy, type Lease, leaseExtension } from './lease.ts'

/** Rows of the account `unknown` that one transaction reads. */
const rowsPerBatch = 5_000

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
export async function moveUnknown(account: JobAccount, moving: Moving, signal: AbortSignal): Promise<JobAccount> {
  const isLive = modeOf(account.account) === 'live'
  const batches = { account, moving, signal }
  const stated = await moveAll({ ...batches, tables: [...syncedTables.values()], takes: sql`livemode = ${isLive}` })
  // Rows that do not say their mode are of this mode if there are none of the other.
  if (!stated.isMixed) await moveAll({ ...batches, tables: stated.silent, takes: sql`livemode is null` })
  const mayHaveUnknown = stated.isMixed
  return await inTransaction(moving, signal, async (tx) => {
    await moveUnknownRejects(tx, account)
    await decideAdoption(tx, account, true)
    if (!mayHaveUnknown) await forgetUnknown(tx, account)
    return { ...account, mayHaveUnknown }
  })
}

interface Batches {
  readonly account: AccountKey
  readonly tables: readonly SyncedTable[]
  /** Which rows are moved, by `livemode`. */
  readonly takes: SQL
  readonly moving: Moving
  readonly signal: AbortSignal
}

interface AllMoved {
  /** Whether rows of the other mode were seen. */
  readonly isMixed: boolean
  /** Tables in which rows were seen that do not say their mode. */
  readonly silent: readonly SyncedTable[]
}

/** Reads the rows of `unknown` once. A batch begins after the one before: rows that were moved leave dead index entries. */
async function moveAll({ account, tables, takes, moving, signal }: Batches): Promise<AllMoved> {
  let isMixed = false
  const silent = new Set<SyncedTable>()
  for (const table of tables) {
    for (let after: Place | null = { resource: '', id: '' }; after !== null; ) {
      signal.throwIfAborted()
      const batch: Batch = { table, account, takes, after, lease: moving.lease }
      const moved: Moved = await inTransaction(moving, signal, (tx) => moveBatch(tx, batch))
      isMixed ||= moved.other
      if (moved.silent) silent.add(table)
      after = moved.seen < rowsPerBatch ? null : moved.last
    }
  }
  return { isMixed, silent: [...silent] }
}

const inTransaction = <T>({ db, clock }: Moving, signal: AbortSignal, work: (tx: Database) => Promise<T>) =>
  withRetry(() => db.within(work), { policy: whileWorking, clock, signal })

/** The place of a row in the key of its table. */
interface Place {
  readonly resource: string
  readonly id: string
}

interface Batch extends Pick<Batches, 'account' | 'takes'> {
  readonly table: SyncedTable
  readonly after: Place
  readonly lease: Lease
}

interface Moved {
  readonly last: Place | null
  readonly seen: number
  /** Whether a row of the other mode was seen, and one that does not say its mode. */
  readonly other: boolean
  readonly silent: boolean
}

/** A row that the account has already is newer; the unknown one goes. */
async function moveBatch(tx: Database, { table, account, takes, after, lease }: Batch): Promise<Moved> {
  const { tenantId, provider } = account
  const ofKind = hasResource(table)
  const place = ofKind ? sql`row.resource, row.id` : sql`row.id`
  const isAfter = ofKind ? sql`(${place}) > (${after.resource}, ${after.id})` : sql`${place} > ${after.id}`
  const sameObject = sql`mine.tenant_id = ${tenantId}::uuid and mine.provider = ${provider} and mine.account = ${account.account}
    and mine.id = row.id ${ofKind ? sql`and mine.resource = row.resource` : sql``}`
  const { rows } = await tx.execute<Pick<Moved, keyof Moved>>(sql`
    with batch as materialized (
      select row.ctid as place, ${ofKind ? sql`row.resource` : sql`''`} as resource, row.id, ${livemode(table)} as livemode,
        exists (select from ${table} as mine where ${sameObject}) as is_double
      from ${table} as row
      where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${unknownAccount} and ${isAfter}
      order by ${place} limit ${rowsPerBatch} for update
    ), removed as (
      delete from ${table} as target using batch where target.ctid = batch.place and batch.${takes} and batch.is_double
    ), moved as (
      update ${table} as target set account = ${account.account} from batch
      where target.ctid = batch.place and batch.${takes} and not batch.is_double
    )
    select count(*)::int as seen, coalesce(bool_or(livemode <> ${modeOf(account.account) === 'live'}), false) as other,
      coalesce(bool_or(livemode is null), false) as silent,
      (select jsonb_build_object('resource', resource, 'id', id) from batch order by resource desc, id desc limit 1) as last
    from batch`)
  const held = await tx
    .update(syncJobs)
    .set({ ...leaseExtension(lease), stalled: 0 })
    .where(isHeldBy(lease))
    .returning({ id: syncJobs.id })
  if (held.length === 0) throw fenced()
  return rows[0] ?? { seen: 0, last: null, other: false, silent: false }
}

/** Removes `unknown` from the accounts of the tenant. */
async function forgetUnknown(tx: Database, { tenantId, provider }: ProviderKey): Promise<void> {
  await tx.execute(sql`
    delete from ${syncAccounts} as known where known.tenant_id = ${tenantId}::uuid and known.provider = ${provider}
      and known.account = ${unknownAccount}`)
}
