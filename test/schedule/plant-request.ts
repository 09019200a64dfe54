import { randomUUID } from 'node:crypto'

type Query = (text: string, values?: unknown[]) => Promise<unknown>

/** Puts a request to erase a customer of a tenant of its own into the database, due in so many days. */
export async function plantRequest(query: Query, days: number, isDone = false): Promise<void> {
  await query(
    `insert into erasure_requests (id, tenant_id, provider, account, kind, customer, due_at, done_at, rows)
     values ($1, $2, 'shopify', 'shop', 'erase-customer', 'c', now() + make_interval(days => $3),
       case when $4 then now() end, case when $4 then '{}'::jsonb end)`,
    [randomUUID(), randomUUID(), days, isDone],
  )
}
