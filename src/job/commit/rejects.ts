import { sql } from 'drizzle-orm'
import { type AccountKey, type ProviderKey, unknownAccount } from '../../db/account-key.ts'
import type { Database } from '../../db/open.ts'
import { syncRejects } from '../../db/schema.ts'
import { withoutUnstorable } from '../../json/storable.ts'
import { modeOf } from '../../provider/account-name.ts'
import type { Reject } from '../../sync/rows.ts'

/** A statement has 65,535 parameters at most, here eight for each, and each payload may have 64 KiB. */
const rejectsPerStatement = 500

/** Puts items aside that could not be stored; the latest try of an item wins. */
export async function storeRejects(
  tx: Database,
  { jobId, tenantId, provider, account }: AccountKey & { readonly jobId: string },
  rejects: readonly Reject[],
): Promise<void> {
  const perKey = new Map(rejects.map((reject) => [`${reject.resource} ${reject.itemKey}`, reject]))
  const values = [...perKey.values()]
    .toSorted((left, right) => (left.itemKey < right.itemKey ? -1 : 1))
    .map((reject) => ({
      ...reject,
      payload: withoutUnstorable(reject.payload),
      jobId,
      tenantId,
      provider,
      account,
    }))
  for (let at = 0; at < values.length; at += rejectsPerStatement)
    await tx
      .insert(syncRejects)
      .values(values.slice(at, at + rejectsPerStatement))
      .onConflictDoUpdate({
        target: [
          syncRejects.tenantId,
          syncRejects.provider,
          syncRejects.account,
          syncRejects.resource,
          syncRejects.itemKey,
        ],
        set: {
          jobId: sql`excluded.job_id`,
          code: sql`excluded.code`,
          reason: sql`excluded.reason`,
          payload: sql`excluded.payload`,
          rejectedAt: sql`now()`,
        },
      })
}

/** For the `returning` of a claim: whether any account of the tenant may have rows in `sync_rejects`. If not, a commit need not look. */
export const hasRejects = ({ tenantId, provider }: ProviderKey) =>
  sql<boolean>`exists (select from ${syncRejects} as kept where kept.tenant_id = ${tenantId}::uuid and kept.provider = ${provider})`

/** Takes out what had been put aside and is stored by now, also by a version that did not record the account. */
export async function removeStoredRejects(
  tx: Database,
  { tenantId, provider, account }: AccountKey,
  stored: readonly { readonly resource: string; readonly id: string }[],
): Promise<void> {
  if (stored.length === 0) return
  await tx.execute(sql`
    delete from ${syncRejects} as kept
    using jsonb_to_recordset(${JSON.stringify(stored)}::jsonb) as stored(resource text, id text)
    where kept.tenant_id = ${tenantId}::uuid and kept.provider = ${provider}
      and (kept.account = ${account} or kept.account = ${unknownAccount} and ${mayBeOfMode(account)})
      and kept.resource = stored.resource and kept.item_key = stored.id`)
}

/** Moves rejects of the account `unknown` to an account that adopts its rows, except those of the other mode. */
export async function moveUnknownRejects(tx: Database, { tenantId, provider, account }: AccountKey): Promise<void> {
  const isUnknown = sql`kept.tenant_id = ${tenantId}::uuid and kept.provider = ${provider} and kept.account = ${unknownAccount} and ${mayBeOfMode(account)}`
  await tx.execute(sql`
    delete from ${syncRejects} as kept using ${syncRejects} as mine
    where ${isUnknown} and mine.tenant_id = kept.tenant_id and mine.provider = kept.provider and mine.account = ${account}
      and mine.resource = kept.resource and mine.item_key = kept.item_key`)
  await tx.execute(sql`update ${syncRejects} as kept set account = ${account} where ${isUnknown}`)
}

/** By the text of the payload, which may be no JSON that Postgres accepts. */
const mayBeOfMode = (account: string) => sql`kept.payload !~ ${`"livemode"\\s*:\\s*${modeOf(account) !== 'live'}`}`
