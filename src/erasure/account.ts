import { type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccountKey } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import { syncAccounts, syncSchedules } from '../db/schema.ts'
import { withoutMode } from '../provider/account-name.ts'
import { runningJobs } from './open-jobs.ts'
import type { ErasureDeps, ErasureResult } from './pass.ts'
import { accountTables, eraseRows } from './remove-portions.ts'
import { forgetCustomersOfRequests } from './requests.ts'
import { awaitLiveWrites } from './tombstones.ts'

/**
 * Erases one account of a tenant: its rows of every table, rejects, cursors, jobs, schedules and routes. Its row in
 * `sync_accounts` stays disconnected and empty, so that no live event writes any more. The tenant's other accounts are not
 * touched. A customer who comes back to the provider may connect the account again, and a job then reads it anew.
 */
export async function eraseAccount(deps: ErasureDeps, account: AccountKey): Promise<ErasureResult> {
  const erased = await eraseRows(
    deps,
    { tables: accountTables, isOf: (table) => isOf(table, account) },
    { close: (tx) => close(tx, account), running: (tx) => runningJobs(tx, account) },
  )
  // The requests stay: they show that the account was erased.
  if (!deps.dryRun) await deps.within((tx) => forgetCustomersOfRequests(tx, account))
  return erased
}

function isOf(table: PgTable, { tenantId, provider, account }: AccountKey): SQL {
  const name = withoutMode(account)
  // A schedule names its account, or the connected account that the platform's key reads.
  const isAccount = table === syncSchedules ? sql`${name} in (account, reference)` : sql`account = ${account}`
  return sql`tenant_id = ${tenantId}::uuid and provider = ${provider} and ${isAccount}`
}

const because = 'The account was erased. Connect it again, and add its route, to have it read anew.'

/** Live events that began before end first, and later ones find the account disconnected. */
async function close(tx: Database, { tenantId, provider, account }: AccountKey): Promise<void> {
  await awaitLiveWrites(tx, tenantId)
  await tx.execute(sql`
    update ${syncAccounts} set state = 'disconnected', state_because = ${because}, credential = null, began_at = null,
      adopted = null, list_splits = null, mrr_seeded_to = null, mrr_seeded_at = null, mrr_computed_at = null,
      reference = null, webhook_secrets = '{}'
    where tenant_id = ${tenantId}::uuid and provider = ${provider} and account = ${account}`)
}
