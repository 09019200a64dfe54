import { sql } from 'drizzle-orm'
import type { AccountKey } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import { syncRejects } from '../db/schema.ts'
import { collectErased, decidingIds } from '../erasure/owned.ts'
import { type Ownership, ownerOfRow } from '../erasure/ownership.ts'
import { findTombstones, hasher } from '../erasure/tombstones.ts'
import type { ObservedRow } from '../sync/rows.ts'

/** Which of these rows are erased: by their own id, their customer's, or that of an object they are about. */
export async function findErased(
  tx: Database,
  account: AccountKey,
  { rows, ownership }: { readonly rows: readonly ObservedRow[]; readonly ownership: Ownership },
): Promise<ReadonlySet<string>> {
  const members = rows.map((row) => ownerOfRow(ownership, row))
  const hash = hasher(account)
  const ids = members.flatMap(decidingIds)
  const erased = new Set(await findTombstones(tx, account, [...new Set(ids.map(hash))]))
  const collected = collectErased(
    members,
    (id) => erased.has(hash(id)),
    (more) => {
      for (const id of more) erased.add(hash(id))
    },
  )
  return new Set([...collected].map(({ id }) => id))
}

/** Which of these items of a resource could not be stored: they are in `sync_rejects`. */
export async function findRejected(
  tx: Database,
  { tenantId, provider, account }: AccountKey,
  { resource, ids }: { readonly resource: string; readonly ids: readonly string[] },
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select kept.item_key as id from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as wanted(id)
    join ${syncRejects} as kept on kept.tenant_id = ${tenantId}::uuid and kept.provider = ${provider} and kept.account = ${account}
      and kept.resource = ${resource} and kept.item_key = wanted.id`)
  return new Set(rows.map(({ id }) => id))
}
