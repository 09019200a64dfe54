import { sql } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import { findUnlisted } from '../db/deletions.ts'
import { liveRows } from '../db/live.ts'
import type { TenantDatabase } from '../db/open.ts'
import { findTombstones, hashOf } from '../erasure/tombstones.ts'
import { plan } from '../job/state/checkpoint.ts'
import type { Account, Source } from '../provider/contract.ts'
import { backfill } from '../sync/backfill.ts'
import { metered } from '../sync/rate-limited.ts'

/** What a fresh reading of the provider shows beside the tables. */
export interface Comparison {
  readonly resource: string
  /** Distinct items the provider lists. */
  readonly listed: number
  /** Rows that are not deleted. */
  readonly live: number
  /** Listed, but not live here. */
  readonly missing: number
  /** Listed, and not to be here: erased. */
  readonly erased: number
  /** Live here, but not listed; some of them the provider may still have, hidden from its lists. */
  readonly unlisted: number
  /** A few of the ids that are missing or unlisted. */
  readonly examples: readonly string[]
}

export interface Verification {
  readonly db: TenantDatabase
  readonly clock: Clock
  readonly account: Account
  readonly tenantId: string
  readonly provider: string
  readonly resources: readonly string[]
  /** Only what was created before this second is compared: what came later has not been synced yet. */
  readonly before: number
}

/**
 * Lists resources again and compares id by id, writing nothing. Only resources that are listed by creation time.
 * @throws SyncError where the provider cannot be read to the end
 */
export async function* verify({
  db,
  clock,
  account,
  tenantId,
  provider,
  resources,
  before,
}: Verification): AsyncGenerator<Comparison> {
  const forever = new AbortController().signal
  const reading = metered(account, resources, { clock, waiting: forever, finishing: forever, onWait() {} })
  const owner = { tenantId, provider }
  const upTo = { from: 0, to: before }
  for (const source of reading.sources.filter(({ name, createdFilter }) => createdFilter && resources.includes(name))) {
    const slices = plan([{ resource: source, since: 0 }]).slices.map((slice) => ({
      ...slice,
      window: upTo,
      query: upTo,
    }))
    const found = { listed: 0, missing: 0, erased: 0, unlisted: 0, examples: [] as string[] }
    const note = (ids: readonly string[]) => found.examples.push(...ids.slice(0, 5 - found.examples.length))
    const steps = backfill({
      ...reading,
      sources: [plainly(source)],
      slices,
      pageSize: 100,
      pagesAhead: 16,
      pagesAStep: 16,
      gatherMs: 0,
      clock,
      stop: forever,
      cut: forever,
      since: () => reading.since(forever),
      onFailure() {},
      onCarve() {},
    })
    for await (const { batches } of steps) {
      for (const { skip } of batches) if (skip) throw skip
      const ids = batches.flatMap(({ rows }) => rows.map(({ row }) => row.id))
      const absent = await findMissing(db, source, owner, ids)
      const erased = new Set(
        await db.ask((tx) =>
          findTombstones(
            tx,
            owner,
            absent.map((id) => hashOf(owner, id)),
          ),
        ),
      )
      const missing = absent.filter((id) => !erased.has(hashOf(owner, id)))
      const intervals = batches.flatMap(({ proven, observedAt }) => (proven ? [{ ...proven, observedAt }] : []))
      const unlisted = await findUnlisted(db, { provider, resource: source, intervals })
      found.listed += batches.reduce((sum, { listed }) => sum + listed.length, 0)
      found.missing += missing.length
      found.erased += erased.size
      found.unlisted += unlisted.length
      note(missing)
      note(unlisted.map(({ id }) => id))
    }
    yield { resource: source.name, live: await countLive(db, source, owner, before), ...found }
  }
}

/** Without what its items hold besides themselves. */
function plainly({ nested: _nested, harvest: _harvest, ...source }: Source): Source {
  return source
}

type Owner = Parameters<typeof liveRows>[1]

async function findMissing(
  db: TenantDatabase,
  source: Source,
  owner: Owner,
  ids: readonly string[],
): Promise<readonly string[]> {
  const absent = sql`
    select listed.id from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as listed(id)
    where not exists (select ${liveRows(source, owner)} and row.id = listed.id)`
  const { rows } = await db.ask((tx) => tx.execute<{ id: string }>(absent))
  return rows.map(({ id }) => id)
}

async function countLive(db: TenantDatabase, source: Source, owner: Owner, before: number): Promise<number> {
  const until = new Date(before * 1_000).toISOString()
  const count = sql`select count(*)::int as live ${liveRows(source, owner)} and row.created_at < ${until}::timestamptz`
  const { rows } = await db.ask((tx) => tx.execute<{ live: number }>(count))
  return rows[0]?.live ?? 0
}
