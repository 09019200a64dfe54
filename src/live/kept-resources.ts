import { and, eq } from 'drizzle-orm'
import type { AccountKey } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import { syncCursors } from '../db/schema.ts'
import type { ProviderResource } from '../provider/contract.ts'

/**
 * The resources that live events keep up to date: those that jobs of the account have read, as their cursors say, and those
 * that are shown by them. Before the first job has completed, those that a job reads if it names none.
 */
export async function keptResources(
  db: Database,
  { tenantId, provider, account }: AccountKey,
  resources: readonly ProviderResource[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ resource: syncCursors.resource })
    .from(syncCursors)
    .where(
      and(eq(syncCursors.tenantId, tenantId), eq(syncCursors.provider, provider), eq(syncCursors.account, account)),
    )
  const read = new Set(rows.map(({ resource }) => resource))
  const kept = resources.filter(({ name }) => read.has(name))
  const names = new Set(
    (kept.length > 0 ? kept : resources.filter(({ optional }) => !optional)).map(({ name }) => name),
  )
  for (const { name, derivedFrom } of resources) if (derivedFrom?.some((origin) => names.has(origin))) names.add(name)
  return names
}
