import { hash } from 'node:crypto'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { type AccountKey, everyAccount, type ProviderKey } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import { erasedIds, erasedTenants } from '../db/schema.ts'

/** Identifies an erased id without telling it. */
export function hashOf({ tenantId, provider }: ProviderKey, id: string): string {
  return hash('sha256', `${tenantId} ${provider} ${id}`, 'base64url')
}

/** `hashOf` that computes the hash of each id once. */
export function hasher(account: ProviderKey): (id: string) => string {
  const hashes = new Map<string, string>()
  return (id) => {
    const known = hashes.get(id) ?? hashOf(account, id)
    hashes.set(id, known)
    return known
  }
}

/** Returns those of these hashes that have a tombstone of the account or of every account. */
export async function findTombstones(
  db: Database,
  { tenantId, provider, account }: AccountKey,
  hashes: readonly string[],
): Promise<readonly string[]> {
  if (hashes.length === 0) return []
  const { rows } = await db.execute<{ hash: string }>(sql`
    select erased.hash from jsonb_array_elements_text(${JSON.stringify(hashes)}::jsonb) as wanted(hash)
    join ${erasedIds} as erased on erased.tenant_id = ${tenantId}::uuid and erased.provider = ${provider}
      and erased.account in (${account}, ${everyAccount}) and erased.hash = wanted.hash`)
  return rows.map(({ hash }) => hash)
}

/** All tombstones of an account and of every account; those of all accounts if the reach is every account. */
export async function readTombstones(
  db: Database,
  { tenantId, provider, account }: AccountKey,
): Promise<readonly string[]> {
  const rows = await db
    .select({ hash: erasedIds.hash })
    .from(erasedIds)
    .where(
      and(
        eq(erasedIds.tenantId, tenantId),
        eq(erasedIds.provider, provider),
        account === everyAccount ? undefined : inArray(erasedIds.account, [account, everyAccount]),
      ),
    )
  return rows.map(({ hash }) => hash)
}

const erasureLock = (tenantId: string) => sql`hashtextextended(${`billing-sync erasure ${tenantId}`}, 0)`

/**
 * Keeps tombstones from being placed until this transaction ends. A job's commit that an erasure overtakes loses its lease;
 * a live write has none. So it takes this lock first and reads the tombstones in a later statement, which sees all that
 * were placed before. The erasure finds the rows of every live write that began before its tombstones.
 */
export async function holdOffErasure(db: Database, tenantId: string): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock_shared(${erasureLock(tenantId)})`)
}

/** Waits for the live writes of the tenant that do not know the tombstone yet. */
export async function awaitLiveWrites(db: Database, tenantId: string): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(${erasureLock(tenantId)})`)
}

/** Sorted, so that two writers never deadlock. */
export async function placeTombstones(
  db: Database,
  { tenantId, provider, account }: AccountKey,
  hashes: readonly string[],
): Promise<void> {
  if (hashes.length === 0) return
  await awaitLiveWrites(db, tenantId)
  const values = [...new Set(hashes)].toSorted()
  await db.execute(sql`
    insert into ${erasedIds} (tenant_id, provider, account, hash)
    select ${tenantId}::uuid, ${provider}, ${account}, hash from jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) as hash
    on conflict do nothing`)
}

export async function placeTenantTombstone(db: Database, tenantId: string): Promise<void> {
  await awaitLiveWrites(db, tenantId)
  await db.insert(erasedTenants).values({ tenantId }).onConflictDoNothing()
}

/** For a claim: whether an account of the tenant has tombstones. If none has, the job's commits do not look for them. */
export const hasTombstones = ({ tenantId, provider }: ProviderKey) =>
  sql<boolean>`exists (select from ${erasedIds} as erased where erased.tenant_id = ${tenantId}::uuid and erased.provider = ${provider})`

/** For a claim and for every commit: whether the tenant was erased. */
export const isTenantErased = (tenantId: string) =>
  sql<boolean>`exists (select from ${erasedTenants} as erased where erased.tenant_id = ${tenantId}::uuid)`
