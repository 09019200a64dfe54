import { findJobs, type StoredJob } from '../../operations/jobs.ts'
import type { OperatorDatabase } from '../operator-database.ts'
import { UsageError } from '../options.ts'

/** The ids of jobs beside the options, each once. @throws UsageError if there is none, or one that is no UUID */
export function jobIds(rest: readonly string[]): readonly string[] {
  if (rest.length === 0)
    throw new UsageError('the JOB is missing: the id of a job, as billing-sync jobs list shows it.')
  const wrong = rest.find((id) => !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
  if (wrong !== undefined) throw new UsageError(`JOB takes a UUID, not "${wrong}".`)
  return [...new Set(rest.map((id) => id.toLowerCase()))]
}

/** The id of one job. @throws UsageError */
export function jobId(rest: readonly string[]): string {
  const [id, ...more] = jobIds(rest)
  if (id === undefined || more.length > 0) throw new UsageError('it takes one JOB.')
  return id
}

/** @throws Error if the login sees no such job */
export async function findJob({ reader, emptyBecause }: OperatorDatabase, id: string): Promise<StoredJob> {
  const [job] = await findJobs(reader, { ids: [id] }, 1)
  if (job) return job
  throw new Error((await emptyBecause()) ?? notFound(id))
}

export const notFound = (id: string) => `No worker has seen job ${id} in this database. Compare the id, and the queue.`
