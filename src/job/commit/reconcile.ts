import { type SQL, sql } from 'drizzle-orm'
import { tookTooLong } from '../../db/errors.ts'
import { guarded } from '../../db/guarded.ts'
import type { Database } from '../../db/open.ts'
import type { ResourceCounts } from '../state/progress.ts'
import type { CountCheck } from '../state/result.ts'
import type { Tally } from '../state/tally.ts'
import { countChangedMeanwhile } from './changed-meanwhile.ts'
import {
  type CountableList,
  type CountedMonth,
  type CountedResources,
  countableLists,
  liveIn,
} from './countable-lists.ts'

export interface CountOptions extends CountedResources {
  readonly counts: Readonly<Record<string, ResourceCounts>>
  /** The job whose lists are compared. Absent: nothing else wrote meanwhile. */
  readonly jobId?: string
}

/** Checks by the names of their lists. */
export type CountChecks = Readonly<Record<string, CountCheck>>

/**
 * Compares what was listed with what is there, for resources and their nested lists. Counting takes a microsecond a row
 * from memory, and from disk far longer: where it takes longer than a statement may, the job ends without a proof.
 */
export async function checkCounts(db: Database, options: CountOptions): Promise<CountChecks> {
  const lists = countableLists(options)
  if (lists.length === 0) return {}
  const items = itemsOf(lists)
  const live =
    (await withStatementTimeout(db, items, () => countLive(db, lists, 'by month'))) ??
    (await withStatementTimeout(db, items, () => countLive(db, lists, 'in all')))
  return live ? compareLists(db, { ...options, lists, live }) : {}
}

/** The checks of a small account, whose rows are counted by the statement that ends the job. */
export interface ExpectedCounts {
  /** What the checks are if there are as many rows as the lists have shown. */
  readonly checks: CountChecks
  /** For `returning`: how many rows there are. */
  readonly counted: SQL<readonly CountedMonth[]>
  /** What the checks are by the rows that were counted. */
  check(db: Database, counted: readonly CountedMonth[]): Promise<CountChecks>
}

/** Null if there is nothing to count, or so much that the count needs statements of its own: see `checkCounts`. */
export function expectCounts(options: CountOptions): ExpectedCounts | null {
  const lists = countableLists(options)
  if (lists.length === 0 || itemsOf(lists) >= guardedFrom) return null
  const { counts } = options
  return {
    checks: Object.fromEntries(
      lists.map(({ name, tally }) => [
        name,
        compareCounts(tally, listedCounts(tally), { ...counts[name], changed: 0 }),
      ]),
    ),
    counted: sql`(select coalesce(jsonb_agg(counted), '[]') from (${liveIn(lists, 'by month')}) as counted)`,
    check: (db, counted) => compareLists(db, { ...options, lists, live: byList(counted) }),
  }
}

const itemsOf = (lists: readonly CountableList[]) => lists.reduce((sum, { tally }) => sum + tally.listed, 0)

interface Comparison extends CountOptions {
  readonly lists: readonly CountableList[]
  readonly live: ReadonlyMap<string, LiveCounts>
}

async function compareLists(
  db: Database,
  { lists, live, counts, jobId, ...accountKey }: Comparison,
): Promise<CountChecks> {
  const compare = (changed: ReadonlyMap<string, number> = new Map()) =>
    lists.map(
      ({ name, tally }) =>
        [
          name,
          compareCounts(tally, live.get(name) ?? new Map(), { ...counts[name], changed: changed.get(name) ?? 0 }),
        ] as const,
    )
  const checks = compare()
  const unequal = new Set(checks.flatMap(([name, { equal }]) => (equal ? [] : [name])))
  if (unequal.size === 0 || jobId === undefined) return Object.fromEntries(checks)
  const unequalLists = lists.filter(({ name }) => unequal.has(name))
  const changed = await withStatementTimeout(db, itemsOf(lists), () =>
    countChangedMeanwhile(db, { ...accountKey, jobId, lists: unequalLists, counts }),
  )
  return Object.fromEntries(compare(changed))
}

/** Live rows by month of creation (`2026-10`); one number under `null` where counting by month took too long. */
type LiveCounts = ReadonlyMap<string | null, number>

async function countLive(
  db: Database,
  lists: readonly CountableList[],
  by: 'by month' | 'in all',
): Promise<ReadonlyMap<string, LiveCounts>> {
  const { rows } = await db.execute<{ [Key in keyof CountedMonth]: CountedMonth[Key] }>(liveIn(lists, by))
  return byList(rows)
}

function byList(rows: readonly CountedMonth[]): ReadonlyMap<string, LiveCounts> {
  const counted = new Map<string, Map<string | null, number>>()
  for (const { name, month, live } of rows) counted.set(name, (counted.get(name) ?? new Map()).set(month, live))
  return counted
}

/** As if there were a row for each item that was listed. */
const listedCounts = ({ months, listed }: Tally): LiveCounts =>
  Object.keys(months).length > 0 ? new Map(Object.entries(months)) : new Map([[null, listed]])

/** The months must agree as well as the sums, or a row that is missing is hidden by one too many. */
function compareCounts(
  tally: Tally,
  live: LiveCounts,
  { rejected = 0, kept = 0, unchecked = 0, changed }: Partial<ResourceCounts> & { readonly changed: number },
): CountCheck {
  const liveCount = sumOf(live.values())
  const months = differingMonths(tally, live)
  const apart = sumOf(months.map((month) => Math.abs(month.live - month.listed)))
  const difference = Math.abs(liveCount - (tally.listed - rejected + kept))
  const changedMeanwhile = changed + (difference > 0 ? (tally.relisted ?? 0) : 0)
  const equal = unchecked === 0 && difference <= changedMeanwhile && apart <= rejected + kept + changedMeanwhile
  return {
    until: new Date(tally.until * 1_000).toISOString(),
    listed: tally.listed,
    live: liveCount,
    equal,
    differs: equal ? [] : months.slice(0, 24),
    ...(changedMeanwhile > 0 && { changedMeanwhile }),
  }
}

/** None if the months of the list or of its rows are not known. */
function differingMonths({ months, listed }: Tally, live: LiveCounts): CountCheck['differs'] {
  const areKnown = (Object.keys(months).length > 0 || listed === 0) && !live.has(null)
  if (!areKnown) return []
  return [...new Set([...Object.keys(months), ...live.keys()])]
    .flatMap((month) => (month === null ? [] : [{ month, listed: months[month] ?? 0, live: live.get(month) ?? 0 }]))
    .filter((month) => month.listed !== month.live)
    .toSorted((left, right) => (left.month < right.month ? -1 : 1))
}

const sumOf = (numbers: Iterable<number>): number => [...numbers].reduce((sum, number) => sum + number, 0)

/** From this number of items on, a count may take too long. It must not end the transaction. */
const guardedFrom = 100_000

/** Counts. Undefined if Postgres cancelled the count because it took longer than a statement may. */
async function withStatementTimeout<T>(db: Database, items: number, count: () => Promise<T>): Promise<T | undefined> {
  if (items < guardedFrom) return count()
  try {
    return await guarded(db, count)
  } catch (error) {
    if (!tookTooLong(error)) throw error
    return undefined
  }
}
