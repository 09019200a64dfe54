import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from '../../db/account-key.ts'
import { columnOf } from '../../db/column-of.ts'
import { tookTooLong } from '../../db/errors.ts'
import { liveRows } from '../../db/live.ts'
import type { Database } from '../../db/open.ts'
import { guarded } from '../../db/tenant.ts'
import type { ListSource } from '../../provider/contract.ts'
import type { Source } from '../../sync/source.ts'
import type { ResourceCounts } from '../state/progress.ts'
import type { CountCheck } from '../state/result.ts'
import type { Tally } from '../state/tally.ts'

export interface CountOptions extends AccountKey {
  /** Resources that were read to their ends. */
  readonly sources: readonly Source[]
  readonly tallies: Readonly<Record<string, Tally>>
  /** See Checkpoint.history. */
  readonly history: Readonly<Record<string, number>>
  readonly counts: Readonly<Record<string, ResourceCounts>>
}

/**
 * Compares what was listed with what is there, for resources and their nested lists. Counting takes a microsecond a row
 * from memory, and from disk far longer: where it takes longer than a statement may, the job ends without a proof.
 */
export async function checkCounts(
  db: Database,
  { sources, tallies, counts, history, ...accountKey }: CountOptions,
): Promise<Readonly<Record<string, CountCheck>>> {
  const lists = sources.flatMap((source) =>
    source.kind === 'list' ? countedLists(source, accountKey, history[source.name]) : [],
  )
  const countable = lists.flatMap(({ name, live }) => {
    const tally = tallies[name]
    return tally && tally.until >= 0 ? [{ name, tally, live: live(new Date(tally.until * 1_000)) }] : []
  })
  if (countable.length === 0) return {}
  const selects = countable.map(({ name, live }) => sql`select ${name}::text as name, count(*)::int as live ${live}`)
  const items = countable.reduce((sum, { tally }) => sum + tally.listed, 0)
  const counted = await withStatementTimeout(db, items, () =>
    db.execute<{ name: string; live: number }>(sql.join(selects, sql` union all `)),
  )
  if (!counted) return {}
  const checks: Record<string, CountCheck> = {}
  for (const { name, tally, live } of countable) {
    const liveCount = counted.rows.find((row) => row.name === name)?.live ?? 0
    const { rejected = 0, kept = 0, unchecked = 0 } = counts[name] ?? {}
    const equal = unchecked === 0 && liveCount === tally.listed - rejected + kept
    const hasMonths = Object.keys(tally.months).length > 0 || tally.listed === 0
    const differs =
      equal || !hasMonths ? [] : ((await withStatementTimeout(db, items, () => differingMonths(db, tally, live))) ?? [])
    checks[name] = {
      until: new Date(tally.until * 1_000).toISOString(),
      listed: tally.listed,
      live: liveCount,
      equal,
      differs,
    }
  }
  return checks
}

interface CountedList {
  readonly name: string
  /** `from … as row where …`: the rows of objects that were created by then. */
  live(until: Date): SQL
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
    live: (until) =>
      sql`${liveRows(source, accountKey)} and (row.created_at <= ${until.toISOString()}::timestamptz or ${undated}) ${isAfter}`,
  }
  const children = nested.map((list): CountedList => {
    const parent = columnOf(list.table, list.parent)
    return {
      name: list.name,
      live: (until) => sql`
        from (select row.created_at, row.${parent} as parent_id ${liveRows(list, accountKey)} offset 0) as row
        left join lateral (
          select true as is_newer from ${table} as holder where holder.tenant_id = ${tenantId}::uuid and holder.provider = ${provider}
            and holder.account = ${account} and holder.id = row.parent_id and (holder.created_at > ${until.toISOString()}::timestamptz ${isBefore})
          offset 0
        ) as holder on true where holder.is_newer is null`,
    }
  })
  return [resourceList, ...children]
}

/** From so many items on a count may take too long, and must not take the transaction with it. */
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

async function differingMonths(db: Database, { months }: Tally, live: SQL): Promise<CountCheck['differs']> {
  const { rows } = await db.execute<{ month: string; live: number }>(
    sql`select to_char(coalesce(row.created_at, to_timestamp(0)) at time zone 'UTC', 'YYYY-MM') as month, count(*)::int as live ${live} group by 1`,
  )
  const liveByMonth = new Map(rows.map(({ month, live: count }) => [month, count]))
  return [...new Set([...Object.keys(months), ...liveByMonth.keys()])]
    .toSorted()
    .map((month) => ({ month, listed: months[month] ?? 0, live: liveByMonth.get(month) ?? 0 }))
    .filter(({ listed, live: count }) => listed !== count)
    .slice(0, 24)
}
