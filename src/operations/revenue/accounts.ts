import { sql } from 'drizzle-orm'
import { mrrChanges, syncAccounts } from '../../db/schema.ts'
import type { Reader } from '../scope.ts'

export interface RevenueAccount {
  readonly tenantId: string
  readonly provider: string
  readonly account: string
}

/** Accounts that have revenue to show, those with MRR first. */
export async function findRevenueAccounts({ read }: Reader, limit: number): Promise<readonly RevenueAccount[]> {
  const { rows } = await read((tx) =>
    tx.execute<RevenueAccount & Record<string, unknown>>(sql`
      select known.tenant_id as "tenantId", known.provider, known.account from ${syncAccounts} as known
      order by exists (
        select from ${mrrChanges} as change
        where change.tenant_id = known.tenant_id and change.provider = known.provider and change.account = known.account
      ) desc, 2, 3, 1 limit ${limit}`),
  )
  return rows
}
