import type { Query } from './fault-env.ts'

/** The counts in a job's row. */
export interface Counters {
  readonly fetched: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly rejected: number
}

/** The counts of a job to which every item is new. */
export const allNew = (items: number): Counters => ({
  fetched: items,
  created: items,
  updated: 0,
  unchanged: 0,
  rejected: 0,
})

/** The problems of a job that must have completed with these counts, each in a sentence. */
export async function examineJob(query: Query, jobId: string, expected?: Counters): Promise<readonly string[]> {
  const [job] = await query(
    `select status, fetched::int, created::int, updated::int, unchanged::int, rejected::int, attempt, checkpoint, error, lease_owner,
       result -> 'status' as ended, (select sum((value ->> 'fetched')::int) from jsonb_each(progress))::int as shown
     from sync_jobs where id = $1`,
    [jobId],
  )
  if (!job) return [`job ${jobId}: has no row`]
  const { fetched, created, updated, unchanged, rejected } = job
  const counts = { fetched, created, updated, unchanged, rejected }
  const about = `job ${jobId}`
  const problems: string[] = []
  if (job.status !== 'completed' || job.ended !== 'completed')
    problems.push(`${about}: is ${job.status}, not completed: ${JSON.stringify(job.error)}`)
  // What was asked by id is counted where it changed a row, and is not fetched from a list: see docs/messages.md.
  const fewest = Number(unchanged) + Number(rejected)
  const most = fewest + Number(created) + Number(updated)
  if (Number(fetched) < fewest || Number(fetched) > most || job.shown !== fetched)
    problems.push(`${about}: its counts do not add up: ${JSON.stringify({ ...counts, shown: job.shown })}`)
  if (expected && JSON.stringify(expected) !== JSON.stringify(counts))
    problems.push(`${about}: counted ${JSON.stringify(counts)} instead of ${JSON.stringify(expected)}`)
  if (job.checkpoint !== null || job.lease_owner !== null)
    problems.push(`${about}: ended, but holds a checkpoint or a lease`)
  return problems
}
