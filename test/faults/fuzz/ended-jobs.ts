import type { Query } from '../fault-env.ts'

/** How the jobs ended that each body names: an id in the body that has a row which has ended. */
export async function endedJobs(
  query: Query,
  texts: readonly string[],
): Promise<readonly ('failed' | 'completed' | undefined)[]> {
  const ids = texts.map((body) =>
    body.length > 20_000 ? [] : (body.toLowerCase().match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []),
  )
  const rows = await query<{ id: string; status: 'failed' | 'completed' }>(
    `select id, status from sync_jobs where id = any($1::uuid[]) and status in ('failed', 'completed')`,
    [[...new Set(ids.flat())]],
  )
  const statuses = new Map(rows.map(({ id, status }) => [id, status]))
  return ids.map((named) => named.map((id) => statuses.get(id)).findLast((status) => status !== undefined))
}
