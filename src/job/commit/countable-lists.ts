import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from '../../db/account-key.ts'
import { columnOf } from '../../db/column-of.ts'
import { deletedRows, liveRows } from '../../db/live.ts'
import type { ListSource } from '../../provider/contract.ts'
import type { Source } from '../../sync/source.ts'
import type { Tally } from '../state/tally.ts'
import type { ChangedRows } from './changed-meanwhile.ts'

export interface CountedResources extends AccountKey {
  /** Resources that were read to their ends. */
  readonly sources: readonly Source[]
  readonly tallies: Readonly<Record<string, Tally>>
  /** See Checkpoint.history. */
  readonly history: Readonly<Record<string, number>>
}

export interface CountableList {
  readonly name: string
  readonly tally: Tally
  readonly live: SQL
  changed(began: SQL): ChangedRows
}

/** Live rows of a list, created in a month. */
export interface CountedMonth {
  readonly name: string
  /** Null where all are counted together. */
  readonly month: string | null
  readonly live: number
}

/** The lists of which the rows are counted: those that were read, with a tally. */
export function countableLists({
  sources,
  tallies,
  history,
  ...accountKey
}: CountedResources): readonly CountableList[] {
  const lists = sources.flatMap((source) =>
    source.kind === 'list' ? countedLists(source, accountKey, history[source.name]) : [],
  )
  return lists.flatMap(({ name, rows }) => {
    const tally = tallies[name]
    if (!tally || tally.until < 0) return []
    // Providers with milliseconds list more of the last second.
    const before = new Date((tally.until + 1) * 1_000)
    return [{ name, tally, live: rows(before, liveRows), changed: (began: SQL) => changedRows(began, before, rows) }]
  })
}

/** `select name, month, live …`: see CountedMonth. */
export function liveIn(lists: readonly CountableList[], by: 'by month' | 'in all'): SQL {
  const month =
    by === 'by month'
      ? sql`to_char(date_trunc('month', coalesce(row.created_at, to_timestamp(0)) at time zone 'UTC'), 'YYYY-MM')`
      : sql`null::text`
  const selects = lists.map(
    ({ name, live }) => sql`select ${name}::text as name, ${month} as month, count(*)::int as live ${live} group by 2`,
  )
  return sql.join(selects, sql` union all `)
}

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
