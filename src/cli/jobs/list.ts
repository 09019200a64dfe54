import * as z from 'zod'
import { jobStatuses } from '../../db/schema.ts'
import { findJobs, type StoredJob } from '../../operations/jobs.ts'
import { defineCommand } from '../command.ts'
import { describeDuration, duration } from '../duration.ts'
import { exitCodes } from '../exit-codes.ts'
import { listOf, namesOf } from '../lists.ts'
import { readerLogin, withOperatorDatabase } from '../operator-database.ts'
import { flag, option, tenantId } from '../options.ts'
import { formatTable } from '../table.ts'
import { lineWidth, type Terminal } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'
import { jobLineOf } from './job-json.ts'

export const listJobs = defineCommand({
  name: 'jobs list',
  about: 'Lists jobs, the newest first.',
  options: z.object({
    tenant: option('UUID', 'jobs of this tenant', tenantId.optional()),
    provider: option('NAME', 'jobs of this provider', z.string().trim().toLowerCase().optional()),
    status: option('A,B', `jobs in these states: ${jobStatuses.join(', ')}`, listOf.optional()),
    since: option('TIME', 'jobs that a worker first saw in this time, such as 2h or 7d', duration.optional()),
    limit: option('N', 'the most jobs to list', wholeNumber(1, 100_000, 20)),
    json: flag('one JSON object for each job'),
  }),
  details: `The last column has the code of the job's error, or of what it waits for: billing-sync jobs show JOB says it in words.

${readerLogin}`,
  async run({ options: { status, limit, json, tenant, ...filter }, terminal }) {
    const statuses = status && namesOf('The status', status, jobStatuses)
    return withOperatorDatabase({ name: 'jobs list', tenant }, async ({ reader, emptyBecause }) => {
      const jobs = await findJobs(reader, { ...filter, tenantId: tenant, statuses }, limit)
      if (json) for (const job of jobs) terminal.print(JSON.stringify(jobLineOf(job)))
      else if (jobs.length > 0) printJobs(jobs, tenant, terminal)
      else terminal.print((await emptyBecause()) ?? 'There are no such jobs.')
      return exitCodes.done
    })
  },
})

/** Also at the end of `jobs watch`. */
export function printJobs(jobs: readonly StoredJob[], tenant: string | undefined, { print, out }: Terminal): void {
  const rows = jobs.map((job) => ({
    job: job.id,
    ...(tenant === undefined && { tenant: job.tenantId }),
    provider: job.provider,
    account: job.account,
    type: job.syncType,
    status: job.status,
    created: job.createdAt.toISOString().slice(0, 19).replace('T', ' '),
    took: job.took === null ? null : describeDuration(job.took),
    rows: job.fetched,
    requests: job.requests,
    because: jobLineOf(job).waitingFor?.code ?? jobLineOf(job).error?.code ?? null,
  }))
  print(formatTable(rows, { line: lineWidth(out) }))
}
