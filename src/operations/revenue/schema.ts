import { sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'

/**
 * The schema of the views. A login that could not create `metrics` has them in `billing_sync`, and a second copy in one
 * database beside its tables' name.
 */
export async function viewsSchema(tx: Database): Promise<string> {
  const { rows } = await tx.execute<{ schema: string }>(sql`
    select schema from unnest(array[current_schema() || '_metrics', 'metrics', 'billing_sync']) with ordinality as place(schema, rank)
    where to_regclass(quote_ident(schema) || '.mrr_months') is not null order by rank limit 1`)
  return rows[0]?.schema ?? 'metrics'
}
