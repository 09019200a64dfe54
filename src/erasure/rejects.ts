import { and, asc, eq, sql } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { syncRejects } from '../db/schema.ts'
import type { Account } from '../job/commit/rejects.ts'
import { fields } from '../provider/fields.ts'
import type { Pass } from './customer.ts'
import { discountFromOpenJobs } from './open-jobs.ts'
import { idsIn } from './ownership.ts'
import { placeTombstones } from './tombstones.ts'

type Kept = Pick<typeof syncRejects.$inferSelect, 'resource' | 'itemKey' | 'reason' | 'payload'>

/** Payloads of 64 KiB at most. */
const portion = 100

/** Removes what was put aside and mentions something erased anywhere: nobody knows where in it to look. Returns how many. */
export async function eraseRejects(pass: Pass): Promise<number> {
  const { account, hash, erased, seen, dryRun, within } = pass
  let found = 0
  for (let after: Kept | undefined; ; ) {
    const last = after
    const kept = await within((tx) => readRejects(tx, account, last))
    const doomed = kept.filter(
      (one) => !seen.has(`reject ${one.resource} ${one.itemKey}`) && idsIn(one).some((id) => erased.has(hash(id))),
    )
    // The item itself was the customer's: what is about it follows.
    const own = doomed.filter(({ payload }) => customerOf(payload).some((id) => erased.has(hash(id))))
    for (const { itemKey } of own) erased.add(hash(itemKey))
    if (dryRun) for (const { resource, itemKey } of doomed) seen.add(`reject ${resource} ${itemKey}`)
    else if (doomed.length > 0)
      await within(async (tx) => {
        await placeTombstones(
          tx,
          account,
          own.map(({ itemKey }) => hash(itemKey)),
        )
        await discountFromOpenJobs(
          tx,
          account,
          doomed.map(({ resource, itemKey }) => ({ resource, id: itemKey, created: null })),
        )
        await removeRejects(tx, account, doomed)
      })
    if (doomed.length > 0) pass.count('sync_rejects', doomed.length)
    found += doomed.length
    after = kept.at(-1)
    if (kept.length < portion) return found
  }
}

function readRejects(db: Database, { tenantId, provider }: Account, after: Kept | undefined): Promise<Kept[]> {
  const { resource, itemKey, reason, payload } = syncRejects
  return db
    .select({ resource, itemKey, reason, payload })
    .from(syncRejects)
    .where(
      and(
        eq(syncRejects.tenantId, tenantId),
        eq(syncRejects.provider, provider),
        after && sql`(${resource}, ${itemKey}) > (${after.resource}, ${after.itemKey})`,
      ),
    )
    .orderBy(asc(resource), asc(itemKey))
    .limit(portion)
}

async function removeRejects(db: Database, { tenantId, provider }: Account, doomed: readonly Kept[]): Promise<void> {
  const keys = JSON.stringify(doomed.map(({ resource, itemKey }) => ({ resource, item_key: itemKey })))
  await db.execute(sql`
    delete from ${syncRejects} as kept using jsonb_to_recordset(${keys}::jsonb) as doomed(resource text, item_key text)
    where kept.tenant_id = ${tenantId}::uuid and kept.provider = ${provider}
      and kept.resource = doomed.resource and kept.item_key = doomed.item_key`)
}

/** The item's own id and its customer's, where its payload was kept whole. */
function customerOf(payload: string): readonly string[] {
  try {
    const { id, customer } = fields(JSON.parse(payload))
    return [id, customer, fields(customer).id].filter((one) => typeof one === 'string')
  } catch {
    return []
  }
}
