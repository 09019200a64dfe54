import { sql } from 'drizzle-orm'
import { type AccountKey, unknownAccount } from './account-key.ts'
import { ofResource, type ResourceTable } from './live.ts'
import type { Database } from './open.ts'

interface Stored extends AccountKey {
  readonly resource: ResourceTable
  readonly rows: readonly { readonly row: { readonly id: string } }[]
}

/** Removes rows of the account `unknown` whose objects the account has stored now, of the same mode. */
export async function removeUnknown(
  tx: Database,
  { tenantId, provider, account, resource: { name, table }, rows }: Stored,
): Promise<void> {
  const ids = JSON.stringify(rows.map(({ row: { id } }) => id))
  const isOf = ofResource(table, sql`${name}`)
  await tx.execute(sql`
    delete from ${table} as target using jsonb_array_elements_text(${ids}::jsonb) as stored(id)
    cross join lateral (
      select row.ctid as place, row.raw ->> 'livemode' as mode from ${table} as row
      where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${unknownAccount}
        and row.id = stored.id ${isOf} offset 0
    ) as former cross join lateral (
      select from ${table} as row
      where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${account}
        and row.id = stored.id ${isOf} and row.raw ->> 'livemode' is not distinct from former.mode offset 0
    ) as mine
    where target.ctid = former.place`)
}
