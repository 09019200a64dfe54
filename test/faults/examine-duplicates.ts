import { allNew, examineJob } from './expected-job.ts'
import { compareTenants, describe, type ExpectedRows } from './expected-rows.ts'
import type { Query } from './fault-env.ts'

interface Duplicates {
  /** Jobs whose message was delivered many times at once, each for a tenant of its own. */
  readonly jobs: readonly string[]
  readonly customers: number
  /** What each tenant must hold, that of the job that was delivered once too. */
  readonly expected: ExpectedRows
  /** Requests of `jobs` together. */
  readonly requests: number
  /** Requests of a job that was delivered once. */
  readonly single: number
}

/** The problems of jobs that were delivered many times, each in a sentence, and the figures of the record. */
export async function examineDuplicates(query: Query, { jobs, customers, expected, requests, single }: Duplicates) {
  const problems: string[] = []
  for (const job of jobs) problems.push(...(await examineJob(query, job, allNew(customers))))
  problems.push(...describe(await compareTenants(query, expected, jobs.length + 1)))
  const [runners] = await query<{ more: number }>(
    `select count(*) filter (where deliveries > 1 or fence > 1)::int as more from sync_jobs`,
  )
  if (runners?.more !== 0) problems.push(`${runners?.more} jobs had more than one runner`)
  const factor = requests / (single * jobs.length)
  if (factor > 1.05) problems.push(`${factor.toFixed(3)} × the requests of a single delivery`)
  const figures = {
    'jobs with more than one runner': runners?.more ?? 0,
    'requests, × a single delivery': factor.toFixed(3),
  }
  return { problems, figures }
}
