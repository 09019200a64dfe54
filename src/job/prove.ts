import { type SQL, sql } from 'drizzle-orm'
import { liveRows } from '../db/live.ts'
import type { Database } from '../db/open.ts'
import type { Source } from '../sync/provider.ts'
import type { Tally } from './checkpoint.ts'
import type { Counts } from './progress.ts'

/** What a full sync shows for a resource: that the copy has as many rows as the provider listed items. */
export interface Proof {
  /** Only what was created up to this moment is compared: the provider's clock at the resource's first page. */
  readonly until: string
  /** Distinct items the provider listed. */
  readonly listed: number
  /** Rows that are not deleted. */
  readonly live: number
  /** live = listed − rejected + kept */
  readonly equal: boolean
  /** Months of creation in which they differ; at most 24 of them. */
  readonly differs: readonly { readonly month: string; readonly listed: number; readonly live: number }[]
}

export interface Proving {
  readonly tenantId: string
  readonly provider: string
  /** Resources that were read to their ends. */
  readonly sources: readonly Source[]
  readonly tallies: Readonly<Record<string, Tally>>
  readonly counts: Readonly<Record<string, Counts>>
}

/** Compares what was listed with what is there, for resources that are listed by creation time. */
export async function prove(
  db: Database,
  { tenantId, provider, sources, tallies, counts }: Proving,
): Promise<Readonly<Record<string, Proof>>> {
  const provable = sources.flatMap((source) => {
    const tally = tallies[source.name]
    return tally && source.createdFilter ? [{ source, tally, until: new Date(tally.until * 1_000) }] : []
  })
  if (provable.length === 0) return {}
  const live = (source: Source, until: Date): SQL =>
    sql`${liveRows(source, { tenantId, provider })} and row.created_at <= ${until.toISOString()}::timestamptz`
  const selects = provable.map(
    ({ source, until }) => sql`select ${source.name}::text as name, count(*)::int as live ${live(source, until)}`,
  )
  const { rows } = await db.execute<{ name: string; live: number }>(sql.join(selects, sql` union all `))
  const proofs: Record<string, Proof> = {}
  for (const { source, tally, until } of provable) {
    const found = rows.find(({ name }) => name === source.name)?.live ?? 0
    const { rejected = 0, kept = 0 } = counts[source.name] ?? {}
    const equal = found === tally.listed - rejected + kept
    const differs = equal ? [] : await differingMonths(db, tally, live(source, until))
    proofs[source.name] = { until: until.toISOString(), listed: tally.listed, live: found, equal, differs }
  }
  return proofs
}

async function differingMonths(db: Database, { months }: Tally, live: SQL): Promise<Proof['differs']> {
  const { rows } = await db.execute<{ month: string; live: number }>(
    sql`select to_char(row.created_at at time zone 'UTC', 'YYYY-MM') as month, count(*)::int as live ${live} group by 1`,
  )
  const found = new Map(rows.map(({ month, live: count }) => [month, count]))
  return [...new Set([...Object.keys(months), ...found.keys()])]
    .toSorted()
    .map((month) => ({ month, listed: months[month] ?? 0, live: found.get(month) ?? 0 }))
    .filter(({ listed, live: count }) => listed !== count)
    .slice(0, 24)
}
