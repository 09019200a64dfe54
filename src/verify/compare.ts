import { sql } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import { findUnlisted } from '../db/deletions.ts'
import { liveRows } from '../db/live.ts'
import type { TenantDatabase } from '../db/open.ts'
import { findTombstones, hashOf } from '../erasure/tombstones.ts'
import { SyncError } from '../errors.ts'
import { plan } from '../job/state/checkpoint.ts'
import type { Account, ListSource } from '../provider/contract.ts'
import { backfill } from '../sync/backfill.ts'
import { rateLimited } from '../sync/rate-limited.ts'
import { findList } from '../sync/source.ts'

/** What a fresh reading of the provider shows beside the tables. */
export interface Comparison {
  readonly kind: 'compared'
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

/** A resource that was not compared, with the reason: this key may not read it, or nothing lists it by creation time. */
export interface NotCompared {
  readonly kind: 'skipped'
  readonly resource: string
  readonly reason: string
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
  /** Told how many items of the resource have been listed so far. */
  onProgress?(resource: string, listed: number): void
}

/**
 * Lists resources again and compares id by id, writing nothing.
 * @throws SyncError if the provider cannot be read to the end
 */
export async function* compare(verification: Verification): AsyncGenerator<Comparison | NotCompared> {
  const { account, clock, resources } = verification
  const forever = new AbortController().signal
  const reading = rateLimited(account, resources, { clock, waiting: forever, finishing: forever, onWait() {} })
  for (const resource of resources) {
    const source = findList(reading.sources, resource)
    if (!source?.createdFilter) {
      yield { kind: 'skipped', resource, reason: `${resource} is not listed by creation time` }
      continue
    }
    try {
      yield await compareSource(source, reading, verification)
    } catch (error) {
      if (!(error instanceof SyncError && error.verdict === 'skip')) throw error
      yield { kind: 'skipped', resource, reason: error.message }
    }
  }
}

async function compareSource(
  source: ListSource,
  reading: ReturnType<typeof rateLimited>,
  { db, clock, tenantId, provider, before, onProgress }: Verification,
): Promise<Comparison> {
  const forever = new AbortController().signal
  const owner = { tenantId, provider }
  const upTo = { from: 0, to: before }
  const { slices } = plan([{ resource: source, since: 0 }])
  const sum = { listed: 0, missing: 0, erased: 0, unlisted: 0 }
  const examples: string[] = []
  const batches = backfill({
    ...reading,
    sources: [plainly(source)],
    slices: slices.map((slice) => ({ ...slice, window: upTo, query: upTo })),
    pageSize: 100,
    pagesAhead: 16,
    pagesPerBatch: 16,
    gatherMs: 0,
    clock,
    drainSignal: forever,
    abortSignal: forever,
    since: () => reading.since(forever),
    onFailure() {},
    onSplit() {},
  })
  for await (const { pages } of batches) {
    for (const { skip } of pages) if (skip) throw skip
    const ids = pages.flatMap(({ rows }) => rows.map(({ row }) => row.id))
    const absent = await findMissing(db, source, owner, ids)
    const hashes = absent.map((id) => hashOf(owner, id))
    const erased = new Set(await db.read((tx) => findTombstones(tx, owner, hashes)))
    const missing = absent.filter((id) => !erased.has(hashOf(owner, id)))
    const intervals = pages.flatMap(({ proven, observedAt }) => (proven ? [{ ...proven, observedAt }] : []))
    const unlisted = await findUnlisted(db, { provider, resource: source, intervals })
    sum.listed += pages.reduce((count, { listed }) => count + listed.length, 0)
    sum.missing += missing.length
    sum.erased += erased.size
    sum.unlisted += unlisted.length
    examples.push(...missing, ...unlisted.map(({ id }) => id))
    examples.length = Math.min(examples.length, 5)
    onProgress?.(source.name, sum.listed)
  }
  const live = await countLive(db, source, owner, before)
  return { kind: 'compared', resource: source.name, live, ...sum, examples }
}

/** Without what its items hold besides themselves. */
function plainly({ nested: _nested, embeddedItems: _embedded, ...source }: ListSource): ListSource {
  return source
}

type Owner = Parameters<typeof liveRows>[1]

async function findMissing(
  db: TenantDatabase,
  source: ListSource,
  owner: Owner,
  ids: readonly string[],
): Promise<readonly string[]> {
  const absent = sql`
    select listed.id from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as listed(id)
    where not exists (select ${liveRows(source, owner)} and row.id = listed.id)`
  const { rows } = await db.read((tx) => tx.execute<{ id: string }>(absent))
  return rows.map(({ id }) => id)
}

async function countLive(db: TenantDatabase, source: ListSource, owner: Owner, before: number): Promise<number> {
  const until = new Date(before * 1_000).toISOString()
  const count = sql`select count(*)::int as live ${liveRows(source, owner)} and row.created_at < ${until}::timestamptz`
  const { rows } = await db.read((tx) => tx.execute<{ live: number }>(count))
  return rows[0]?.live ?? 0
}
