import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from '../../db/account-key.ts'
import { columnOf } from '../../db/column-of.ts'
import { tookTooLong } from '../../db/errors.ts'
import { deletedRows, liveRows } from '../../db/live.ts'
import type { Database } from '../../db/open.ts'
import { guarded } from '../../db/tenant.ts'
import type { ListSource } from '../../provider/contract.ts'
import type { Source } from '../../sync/source.ts'
import type { ResourceCounts } from '../state/progress.ts'
import type { CountCheck } from '../state/result.ts'
import type { Tally } from '../state/tally.ts'
import { type ChangedRows, countChangedMeanwhile } from './changed-meanwhile.ts'

export interface CountOptions extends AccountKey {
  /** Resources that were read to their ends. */
  readonly sources: readonly Source[]
  readonly tallies: Readonly<Record<string, Tally>>
  /** See Checkpoint.history. */
  readonly history: Readonly<Record<string, number>>
  readonly counts: Readonly<Record<string, ResourceCounts>>
  /** The job whose lists are compared. Absent: nothing else wrote meanwhile. */
  readonly jobId?: string
}

/**
 * Compares what was listed with what is there, for resources and their nested lists. Counting takes a microsecond a row
 * from memory, and from disk far longer: where it takes longer than a statement may, the job ends without a proof.
 */
export async function checkCounts(
  db: Database,
  { sources, tallies, counts, history, jobId, ...accountKey }: CountOptions,
): Promise<Readonly<Record<string, CountCheck>>> {
  const lists = sources.flatMap((source) =>
    source.kind === 'list' ? countedLists(source, accountKey, history[source.name]) : [],
  )
  const countable = lists.flatMap(({ name, rows }) => {
    const tally = tallies[name]
    if (!tally || tally.until < 0) return []
    // Providers with milliseconds list more of the last second.
    const before = new Date((tally.until + 1) * 1_000)
    return [{ name, tally, live: rows(before, liveRows), changed: (began: SQL) => changedRows(began, before, rows) }]
  })
  if (countable.length === 0) return {}
  const items = countable.reduce((sum, { tally }) => sum + tally.listed, 0)
  const live =
    (await withStatementTimeout(db, items, () => countLive(db, countable, 'by month'))) ??
    (await withStatementTimeout(db, items, () => countLive(db, countable, 'in all')))
  if (!live) return {}
  const compare = (changed: ReadonlyMap<string, number> = new Map()) =>
    countable.map(
      ({ name, tally }) =>
        [
          name,
          compareCounts(tally, live.get(name) ?? new Map(), { ...counts[name], changed: changed.get(name) ?? 0 }),
        ] as const,
    )
  const checks = compare()
  const unequal = new Set(checks.flatMap(([name, { equal }]) => (equal ? [] : [name])))
  if (unequal.size === 0 || jobId === undefined) return Object.fromEntries(checks)
  const unequalLists = countable.filter(({ name }) => unequal.has(name))
  const changed = await withStatementTimeout(db, items, () =>
    countChangedMeanwhile(db, { ...accountKey, jobId, lists: unequalLists, counts }),
  )
  return Object.fromEntries(compare(changed))
}

/** Live rows by month of creation (`2026-10`); one number under `null` where counting by month took too long. */
type LiveCounts = ReadonlyMap<string | null, number>

interface CountableList {
  readonly name: string
  readonly tally: Tally
  readonly live: SQL
}

async function countLive(
  db: Database,
  lists: readonly CountableList[],
  by: 'by month' | 'in all',
): Promise<ReadonlyMap<string, LiveCounts>> {
  const month =
    by === 'by month'
      ? sql`to_char(date_trunc('month', coalesce(row.created_at, to_timestamp(0)) at time zone 'UTC'), 'YYYY-MM')`
      : sql`null::text`
  const selects = lists.map(
    ({ name, live }) => sql`select ${name}::text as name, ${month} as month, count(*)::int as live ${live} group by 2`,
  )
  const { rows } = await db.execute<{ name: string; month: string | null; live: number }>(
    sql.join(selects, sql` union all `),
  )
  const counted = new Map<string, Map<string | null, number>>()
  for (const { name, month, live } of rows) counted.set(name, (counted.get(name) ?? new Map()).set(month, live))
  return counted
}

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

/** `from … as row where …`: rows of a resource, by their state. */
type RowsOf = typeof liveRows

interface CountedList {
  readonly name: string
  /** `from … as row where …`: the rows of objects that were created before then. */
  rows(before: Date, rowsOf: RowsOf): SQL
}

/** `offset 0` makes Postgres look up each parent by its key, even in a table that was never analysed. */
function countedLists(source: ListSource, accountKey: AccountKey, since?: number): readonly CountedList[] {
  const { createdFilter, nested = [], table } = source
  const { tenantId, provider, account } = accountKey
  const undated = createdFilter ? sql`false` : sql`row.created_at is null`
  const begin = since === undefined ? null : sql`${new Date(since * 1_000).toISOString()}::timestamptz`
  const isAfter = begin ? sql`and row.created_at >= ${begin}` : sql``
  const isBefore = begin ? sql`or holder.created_at < ${begin}` : sql``
  const resourceList: CountedList = {
    name: source.name,
    rows: (before, rowsOf) =>
      sql`${rowsOf(source, accountKey)} and (row.created_at < ${before.toISOString()}::timestamptz or ${undated}) ${isAfter}`,
  }
  const children = nested.map((list): CountedList => {
    const parent = columnOf(list.table, list.parent)
    return {
      name: list.name,
      rows: (before, rowsOf) => sql`
        from (select row.created_at, row.${parent} as parent_id ${rowsOf(list, accountKey)} offset 0) as row
        left join lateral (
          select true as is_newer from ${table} as holder where holder.tenant_id = ${tenantId}::uuid and holder.provider = ${provider}
            and holder.account = ${account} and holder.id = row.parent_id and (holder.created_at >= ${before.toISOString()}::timestamptz ${isBefore})
          offset 0
        ) as holder on true where holder.is_newer is null`,
    }
  })
  return [resourceList, ...children]
}

/** The list's rows that were written since the job began: those that are there, and those that are marked as deleted. */
function changedRows(began: SQL, before: Date, rows: CountedList['rows']): ChangedRows {
  return {
    live: rows(before, (list, key) => sql`${liveRows(list, key)} and row.synced_at >= ${began}`),
    deleted: rows(before, (list, key) => sql`${deletedRows(list, key)} and row.synced_at >= ${began}`),
  }
}

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
