import { hash } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { erasedIds, erasedTenants } from '../db/schema.ts'

interface Account {
  readonly tenantId: string
  readonly provider: string
}

/** What stands for an erased id: it recognises the id and does not tell it. */
export function hashOf({ tenantId, provider }: Account, id: string): string {
  return hash('sha256', `${tenantId} ${provider} ${id}`, 'base64url')
}

/** Those of these hashes that have a tombstone. */
export async function findTombstones(
  db: Database,
  { tenantId, provider }: Account,
  hashes: readonly string[],
): Promise<readonly string[]> {
  if (hashes.length === 0) return []
  const { rows } = await db.execute<{ hash: string }>(sql`
    select erased.hash from jsonb_array_elements_text(${JSON.stringify(hashes)}::jsonb) as asked(hash)
    join ${erasedIds} as erased on erased.tenant_id = ${tenantId}::uuid and erased.provider = ${provider} and erased.hash = asked.hash`)
  return rows.map(({ hash }) => hash)
}

/** All of an account's tombstones. */
export async function readTombstones(db: Database, { tenantId, provider }: Account): Promise<readonly string[]> {
  const rows = await db
    .select({ hash: erasedIds.hash })
    .from(erasedIds)
    .where(and(eq(erasedIds.tenantId, tenantId), eq(erasedIds.provider, provider)))
  return rows.map(({ hash }) => hash)
}

/** Sorted, so that two writers never deadlock. */
export async function placeTombstones(
  db: Database,
  { tenantId, provider }: Account,
  hashes: readonly string[],
): Promise<void> {
  if (hashes.length === 0) return
  const values = [...new Set(hashes)].toSorted()
  await db.execute(sql`
    insert into ${erasedIds} (tenant_id, provider, hash)
    select ${tenantId}::uuid, ${provider}, hash from jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) as hash
    on conflict do nothing`)
}

export async function placeTenantTombstone(db: Database, tenantId: string): Promise<void> {
  await db.insert(erasedTenants).values({ tenantId }).onConflictDoNothing()
}

/** For a claim: whether the account has tombstones at all, so that a commit need not look. */
export const hasTombstones = ({ tenantId, provider }: Account) =>
  sql<boolean>`exists (select from ${erasedIds} as erased where erased.tenant_id = ${tenantId}::uuid and erased.provider = ${provider})`

/** For a claim and for every commit: whether the tenant was erased whole. */
export const isTenantErased = (tenantId: string) =>
  sql<boolean>`exists (select from ${erasedTenants} as erased where erased.tenant_id = ${tenantId}::uuid)`
