import { setMaxListeners } from 'node:events'
import type { Clock } from '../clock.ts'
import type { AccountKey } from '../db/account-key.ts'
import type { TenantDatabase } from '../db/open.ts'
import { countLive } from '../db/stored-rows.ts'
import type { Ownership } from '../erasure/ownership.ts'
import { plan } from '../job/state/checkpoint.ts'
import type { Account, ListSource } from '../provider/contract.ts'
import { backfill } from '../sync/backfill.ts'
import { idsListed, rowsOfPart } from '../sync/listed.ts'
import { largestPage } from '../sync/page-size.ts'
import { withParts } from '../sync/partition.ts'
import { type RateLimited, rateLimited } from '../sync/rate-limited.ts'
import type { Batch } from '../sync/read-page.ts'
import { findList } from '../sync/source.ts'
import { readChangedSince } from './changed-since.ts'
import { type Comparing, compareContent, type Tally } from './content.ts'
import { createFindings, type Finding } from './findings.ts'
import { createIdSet, type IdSet } from './id-set.ts'
import { askAll, isSwept, noteInIntervals, noteOrphans, noteRest, type Unlisted } from './unlisted.ts'
import { findUnshown } from './unshown.ts'

/** What a fresh reading of the provider shows beside the tables, for a resource or a nested list. */
export interface Comparison {
  readonly kind: 'compared'
  readonly resource: string
  /** Distinct items the provider lists. */
  readonly listed: number
  /** Rows that are not deleted. */
  readonly live: number
  /** Listed, but not live here. */
  readonly missing: number
  /** Rows whose payload, or a column that has its value from the payload, is not what the provider shows. */
  readonly changed: number
  /** Live here, but the provider, asked by id, no longer has them; or no object shows them, if only objects of others do. */
  readonly extra: number
  /** Live here and not listed; the provider, asked by id, still has them. */
  readonly hidden: number
  /** Live here and not listed; the provider was not asked. */
  readonly unchecked: number
  /** Listed, and impossible to store: in `sync_rejects`. */
  readonly rejected: number
  /** Listed, and not to be here: erased. */
  readonly erased: number
  /** Of the missing, changed and extra rows, those that only a job with `force_refresh` repairs. */
  readonly needForce: number
  /** Of the extra rows, those that no job removes, because only objects of others show them, and a stored row names them. */
  readonly unremovable: number
  /** A few of the ids, with the columns that differ. */
  readonly examples: readonly string[]
}

/** A resource that was not compared, with the reason. */
export interface NotCompared {
  readonly kind: 'skipped'
  readonly resource: string
  readonly reason: string
}

export interface Verification {
  readonly db: TenantDatabase
  readonly clock: Clock
  readonly account: Account
  readonly owner: AccountKey
  readonly ownership: Ownership
  readonly resources: readonly string[]
  /** Only what was created before this second is compared, and only what has not changed since. */
  readonly before: number
  /** Told how many items have been listed, and about how many are left. */
  onProgress?(progress: { readonly listed: number; readonly left: number }): void
}

/** What is known of a resource while its lists are read. */
interface Reading extends Unlisted {
  readonly listedIds: IdSet
  listed: number
  skipped: string | null
}

/** True if nothing differs. */
export const isEqual = ({ missing, changed, extra, unchecked }: Comparison): boolean =>
  missing + changed + extra + unchecked === 0

/**
 * Lists resources again and compares each row's content, writing nothing. Holds a few bytes an item in memory, and only
 * of lists without a filter by creation time and of lists in several parts.
 * @throws SyncError if the provider cannot be read to the end
 */
export async function compare(verification: Verification): Promise<readonly (Comparison | NotCompared)[]> {
  const { account, clock, resources, before } = verification
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const rated = rateLimited(account, resources, { clock, waiting: signal, finishing: signal })
  const tallies = new Map<string, Tally>()
  const comparing: Comparer['comparing'] = {
    ...verification,
    tally: (resource: string) => {
      const tally = tallies.get(resource) ?? { findings: createFindings(), listed: 0, erased: 0, rejected: 0 }
      tallies.set(resource, tally)
      return tally
    },
  }
  const readings = resources.flatMap((resource) => {
    const source = findList(rated.sources, resource)
    return source ? [openReading(source)] : []
  })
  await compareLists(readings, { comparing, rated }, signal)
  const compared = readings.filter(({ skipped }) => skipped === null)
  for (const reading of compared) {
    await noteRest(reading, reading.listedIds, comparing)
    await noteOrphans(reading, comparing)
    await askAll(reading, comparing, { sources: rated.sources, signal })
  }
  for (const reading of compared) await findUnshownBy(compared, reading, comparing)
  const changed = [...tallies.values()].some(({ findings }) => findings.size() > 0)
    ? await readChangedSince({ changes: account.changes, sources: rated.sources, since: before }, signal)
    : new Set<string>()
  const results: (Comparison | NotCompared)[] = []
  for (const reading of readings) results.push(...(await conclude(reading, comparing, changed)))
  return results
}

function openReading(source: ListSource): Reading {
  const ids = { ids: new Set<string>(), parents: new Set<string>(), listedIds: createIdSet() }
  return { source, ...ids, hidden: 0, unchecked: 0, isProven: false, listed: 0, skipped: null }
}

/** Rows of a resource without a list are compared only if all resources were read whose objects show them. */
async function findUnshownBy(readings: readonly Reading[], reading: Reading, comparing: Comparing): Promise<void> {
  const { source } = reading
  const { derivedFrom = [] } = source
  const origins = readings.filter((other) => derivedFrom.includes(other.source.name))
  if (!source.derivedFrom || origins.length < derivedFrom.length) return
  reading.unchecked += await findUnshown(reading, origins, comparing)
}

interface Comparer {
  readonly comparing: Comparing & Pick<Verification, 'clock' | 'onProgress'>
  readonly rated: RateLimited
}

async function compareLists(
  readings: readonly Reading[],
  { comparing, rated }: Comparer,
  signal: AbortSignal,
): Promise<void> {
  const { clock, before, onProgress } = comparing
  const lists = await withParts(
    readings.map(({ source }) => source),
    rated.sources,
    signal,
  )
  const { slices } = plan(
    lists.filter(({ derivedFrom }) => !derivedFrom).map((resource) => ({ resource, since: 0, to: before })),
    { mode: 'full', note: null, now: before },
  )
  const batches = backfill({
    ...rated,
    slices,
    pageSize: largestPage,
    pagesAhead: 32,
    pagesPerBatch: 16,
    gatherMs: 100,
    clock,
    drainSignal: signal,
    abortSignal: signal,
    since: () => rated.since(signal),
    onFailure() {},
    onSplit() {},
  })
  for await (const batch of batches) {
    await compareContent(batchContent(batch), comparing)
    for (const reading of readings) await takePages(reading, batch, comparing)
    const left = Object.values(batch.remaining).reduce((sum, items) => sum + items, 0)
    onProgress?.({ listed: readings.reduce((sum, { listed }) => sum + listed, 0), left })
  }
}

const batchContent = ({ pages }: Batch) => ({
  rows: pages.flatMap(({ rows }) => rows),
  childSets: pages.flatMap(({ childSets }) => childSets),
})

async function takePages(reading: Reading, batch: Batch, comparing: Comparing): Promise<void> {
  const { source, listedIds } = reading
  const pages = batch.pages.filter((page) => page.source === source)
  if (source.derivedFrom) {
    for (const { rows } of batch.pages)
      for (const { resource, row } of rows) if (resource === source.name) listedIds.add(row.id)
    reading.listed = listedIds.size()
    return
  }
  const skip = pages.find((page) => page.skip)?.skip
  if (skip) reading.skipped = skip.message
  reading.isProven ||= pages.some(({ proven, beginsList }) => proven !== null || beginsList)
  const { rejected } = comparing.tally(source.name)
  comparing.tally(source.name).rejected = rejected + pages.reduce((sum, { rejects }) => sum + rejects.length, 0)
  if (isSwept(source)) for (const id of idsListed(source, pages)) listedIds.add(id)
  reading.listed = isSwept(source)
    ? listedIds.size()
    : reading.listed + pages.reduce((sum, page) => sum + page.listed.length, 0)
  for (const part of new Set(pages.map((page) => page.part))) {
    const ofPart = pages.filter((page) => page.part === part)
    const intervals = ofPart.flatMap(({ proven, observedAt }) => (proven ? [{ ...proven, observedAt }] : []))
    const within = rowsOfPart(source, part)
    if (intervals.length > 0) await noteInIntervals(reading, { intervals, within }, comparing)
  }
}

async function conclude(
  { source, skipped, listed, hidden, unchecked }: Reading,
  { db, owner, before, tally }: Comparing,
  changed: ReadonlySet<string>,
): Promise<readonly (Comparison | NotCompared)[]> {
  const { name, nested = [] } = source
  if (skipped !== null) return [{ kind: 'skipped', resource: name, reason: skipped }]
  const hasChanged = ({ id, parentId }: Finding) => changed.has(`${name} ${parentId ?? id}`)
  const compared = async (
    list: Pick<ListSource, 'name' | 'table'>,
    listCounts: Pick<Comparison, 'listed' | 'hidden' | 'unchecked'>,
  ) => {
    const { findings, erased, rejected } = tally(list.name)
    const live = await db.read((tx) => countLive(tx, list, { ...owner, before }))
    return {
      kind: 'compared',
      resource: list.name,
      live,
      ...listCounts,
      ...findings.count(hasChanged),
      rejected,
      erased,
    } as const
  }
  const comparisons: Comparison[] = [await compared(source, { listed, hidden, unchecked })]
  for (const list of nested)
    comparisons.push(await compared(list, { listed: tally(list.name).listed, hidden: 0, unchecked: 0 }))
  return comparisons
}
