import type { AccountKey } from '../db/account-key.ts'
import type { TenantDatabase } from '../db/open.ts'
import { findOpen } from '../db/unsettled.ts'
import type { ListSource } from '../provider/contract.ts'

/** The most requests for open rows of one resource and job: at one a second they take a minute. */
const openAtMost = 50

/** Some rows that may still change, of a resource whose list is refused. Each job picks others if there are more. */
export async function openIdsOf(
  source: ListSource,
  db: TenantDatabase,
  { seed, ...accountKey }: AccountKey & { readonly seed: string },
): Promise<readonly string[]> {
  if (!source.openRows) return []
  return await findOpen(db, { resource: source, ...source.openRows, atMost: openAtMost, seed }, accountKey)
}
