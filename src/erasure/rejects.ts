import { and, asc, eq, sql } from 'drizzle-orm'
import { type AccountKey, everyAccount } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import { syncRejects } from '../db/schema.ts'
import { discountFromOpenJobs } from './open-jobs.ts'
import { isErased } from './owned.ts'
import { ownerOfReject } from './ownership.ts'
import type { Pass, StoredReject } from './pass.ts'
import { possibleIds } from './possible-ids.ts'
import { placeTombstones } from './tombstones.ts'

/** A payload has up to 64 KiB. */
const rejectsPerTransaction = 100

/** Removes rejects that mention an erased id anywhere, as their fields are not known to hold ids. Returns how many. */
export async function eraseRejects(pass: Pass): Promise<number> {
  const { account, hash, counted, dryRun, within } = pass
  const erased = (id: string) => pass.erased.has(hash(id))
  let sum = 0
  for (let after: StoredReject | undefined; ; ) {
    const last = after
    const rejects = await within((tx) => readRejects(tx, account, last))
    const doomed = rejects.filter(
      (reject) =>
        !counted.has(`reject ${reject.account} ${reject.resource} ${reject.itemKey}`) &&
        possibleIds(reject).some(erased),
    )
    // A rejected item of the customer hands the erasure on to rows about it.
    const newIds = doomed.flatMap((reject) => {
      const owned = ownerOfReject(pass.ownership, reject)
      return owned && isErased(owned, erased) ? [owned.id, ...owned.owns] : []
    })
    for (const id of newIds) pass.erased.add(hash(id))
    if (dryRun) {
      for (const { account, resource, itemKey } of doomed) counted.add(`reject ${account} ${resource} ${itemKey}`)
      if (doomed.length > 0) await pass.onFound?.({ kind: 'rejects', rejects: doomed })
    } else if (doomed.length > 0)
      await within(async (tx) => {
        await placeTombstones(tx, account, newIds.map(hash))
        await discountFromOpenJobs(
          tx,
          account,
          doomed.map(({ resource, itemKey }) => ({ resource, id: itemKey, created: null })),
        )
        await removeRejects(tx, account, doomed)
      })
    if (doomed.length > 0) pass.count('sync_rejects', doomed.length)
    sum += doomed.length
    after = rejects.at(-1)
    if (rejects.length < rejectsPerTransaction) return sum
  }
}

function readRejects(
  db: Database,
  { tenantId, provider, account: reach }: AccountKey,
  after: StoredReject | undefined,
): Promise<StoredReject[]> {
  const { account, resource, itemKey, reason, payload } = syncRejects
  return db
    .select({ account, resource, itemKey, reason, payload })
    .from(syncRejects)
    .where(
      and(
        eq(syncRejects.tenantId, tenantId),
        eq(syncRejects.provider, provider),
        reach === everyAccount ? undefined : eq(account, reach),
        after && sql`(${account}, ${resource}, ${itemKey}) > (${after.account}, ${after.resource}, ${after.itemKey})`,
      ),
    )
    .orderBy(asc(account), asc(resource), asc(itemKey))
    .limit(rejectsPerTransaction)
}

async function removeRejects(
  db: Database,
  { tenantId, provider }: AccountKey,
  doomed: readonly StoredReject[],
): Promise<void> {
  const keys = JSON.stringify(
    doomed.map(({ account, resource, itemKey }) => ({ account, resource, item_key: itemKey })),
  )
  await db.execute(sql`
    delete from ${syncRejects} as reject using jsonb_to_recordset(${keys}::jsonb) as doomed(account text, resource text, item_key text)
    where reject.tenant_id = ${tenantId}::uuid and reject.provider = ${provider}
      and reject.account = doomed.account and reject.resource = doomed.resource and reject.item_key = doomed.item_key`)
}
