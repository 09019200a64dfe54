import { compare, describe, type ExpectedRows } from './expected-rows.ts'
import type { Query } from './fault-env.ts'

interface Thawed {
  readonly tenantId: string
  readonly table: string
  /** What the provider had while the first worker was frozen. It is forgotten here. */
  readonly expected: ExpectedRows
  /** The second since 1970 at which that was so. */
  readonly now: number
  /** Whether the job had not ended when the first worker was frozen. */
  readonly unfinished: boolean
}

/** Compares the rows of a job that one worker began and another one ended, and counts those that are stale. */
export async function examineStale(query: Query, { tenantId, table, expected, now, unfinished }: Thawed) {
  const difference = await compare(query, tenantId, expected)
  // What was committed before the freeze is older than the expected, and not read again: the job was that far already.
  const [old] = await query<{ rows: number }>(
    `select count(*)::int as rows from ${table} where tenant_id = $1 and observed_at < to_timestamp($2)`,
    [tenantId, now - 2],
  )
  const committed = unfinished ? (old?.rows ?? 0) : 0
  const stale = Math.max(0, difference.stale - committed)
  await query('delete from expected.rows where id = $1', [expected.id])
  return { stale, problems: describe({ ...difference, stale }) }
}
