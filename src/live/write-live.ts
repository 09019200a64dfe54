import { sql } from 'drizzle-orm'
import { type AccountKey, unknownAccount } from '../db/account-key.ts'
import { liveLockOf } from '../db/live-lock.ts'
import type { Database } from '../db/open.ts'
import { syncAccounts } from '../db/schema.ts'
import { upsertLive } from '../db/upsert-live.ts'
import type { Ownership } from '../erasure/ownership.ts'
import { hasTombstones, holdOffErasure, isTenantErased } from '../erasure/tombstones.ts'
import { noDeletions } from '../job/commit/deletions.ts'
import type { Quarantine } from '../job/commit/quarantine.ts'
import { hasRejects } from '../job/commit/rejects.ts'
import { type WriteResult, writeBatches } from '../job/commit/write.ts'
import { objectOf } from '../sync/changed-object.ts'
import type { PageContent } from '../sync/rows.ts'

/** Rows that were not written. The whole transaction is rolled back: what belongs together is written together. */
export class Unsettled extends Error {
  override readonly name = 'Unsettled'
  /** Objects with two snapshots of one moment. */
  readonly tied: ReadonlySet<string>
  /** Whether another transaction changed rows after this one had looked at them. */
  readonly isRaced: boolean

  constructor({ tied, isRaced }: { readonly tied: ReadonlySet<string>; readonly isRaced: boolean }) {
    super('live: rows have other snapshots of the same moment, or were changed by another transaction')
    this.tied = tied
    this.isRaced = isRaced
  }
}

interface LiveWriting {
  readonly accountKey: AccountKey
  readonly ownership: Ownership
  readonly contents: readonly PageContent[]
  /** The changed objects. A tie of anything else belongs to one of them. */
  readonly objects: ReadonlySet<string>
  readonly quarantine: Quarantine
  /** No other live write of the account runs at the same time. Only a job can race with it then. */
  readonly isAlone: boolean
}

/** In `sync_rejects.job_id` of what came by an event. */
const noJob = '00000000-0000-0000-0000-000000000000'
/** A message of SQS has 1 MiB, and a batch a hundred of them. */
const rowsPerStatement = 10_000

/** Writes what events have brought, without a job. Null if the tenant was erased or the account is disconnected. @throws Unsettled */
export async function writeLive(
  tx: Database,
  { accountKey, ownership, contents, objects, quarantine, isAlone }: LiveWriting,
): Promise<WriteResult['counts'] | null> {
  await holdOffErasure(tx, accountKey.tenantId)
  const { isClosed, ...mayHave } = await lookUp(tx, { ...accountKey, isAlone })
  if (isClosed) return null
  const { counts, unsettled } = await writeBatches(tx, {
    jobId: noJob,
    accountKey,
    overwrite: null,
    pages: contents,
    deletions: noDeletions,
    ownership,
    quarantine,
    ...mayHave,
    wasFetched: () => false,
    rowsPerStatement,
    writeLive: upsertLive,
  })
  const tied = new Set<string>()
  for (const [resource, { tied: ids = [] }] of Object.entries(unsettled))
    for (const id of ids) if (objects.has(objectOf({ resource, id }))) tied.add(objectOf({ resource, id }))
  const isRaced = Object.values(unsettled).some(({ raced = [] }) => raced.length > 0)
  if (tied.size > 0 || isRaced) throw new Unsettled({ tied, isRaced })
  return counts
}

async function lookUp(
  tx: Database,
  { tenantId, provider, account, isAlone }: AccountKey & Pick<LiveWriting, 'isAlone'>,
) {
  const lock = sql.raw(isAlone ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared')
  const { rows } = await tx.execute<
    Record<'isClosed' | 'mayHaveErased' | 'mayHaveRejects' | 'mayHaveUnknown', boolean>
  >(sql`
    select ${isTenantErased(tenantId)} or exists (select from ${syncAccounts} as known where known.tenant_id = ${tenantId}::uuid
        and known.provider = ${provider} and known.account = ${account} and known.state = 'disconnected') as "isClosed", ${hasTombstones({ tenantId, provider })} as "mayHaveErased",
      ${hasRejects({ tenantId, provider })} as "mayHaveRejects",
      exists (select from ${syncAccounts} as known where known.tenant_id = ${tenantId}::uuid and known.provider = ${provider}
        and known.account = ${unknownAccount}) as "mayHaveUnknown", ${lock}(${liveLockOf({ tenantId, provider, account })})`)
  const [state] = rows
  if (!state) throw new Error('live: the account was not looked up')
  return state
}
