import { sql } from 'drizzle-orm'
import type { OpenDatabase } from '../db/open.ts'
import { erasureRequests } from '../db/schema.ts'

/** Requests to erase or to export that are open, each in one of these. */
export interface ErasureGauges {
  /** Due in a week or later. */
  readonly waiting: number
  /** Due within a week. */
  readonly dueSoon: number
  readonly overdue: number
}

/** Of all tenants. One statement over an index of the open requests. @throws Error if the database does not answer */
export async function readErasures({ within }: OpenDatabase['schedules']): Promise<ErasureGauges> {
  const { rows } = await within((tx) =>
    tx.execute<{ waiting: number; dueSoon: number; overdue: number }>(sql`
      select count(*) filter (where due_at > now() + interval '7 days')::int as waiting,
        count(*) filter (where due_at > now() and due_at <= now() + interval '7 days')::int as "dueSoon",
        count(*) filter (where due_at <= now())::int as overdue
      from ${erasureRequests} where done_at is null`),
  )
  return rows[0] ?? { waiting: 0, dueSoon: 0, overdue: 0 }
}
