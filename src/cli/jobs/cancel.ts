import * as z from 'zod'
import { codeOf } from '../../db/errors.ts'
import { cancelJob } from '../../operations/cancel.ts'
import { findJobs } from '../../operations/jobs.ts'
import type { JobOutcome } from '../../operations/send-again.ts'
import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { type OperatorDatabase, withOperatorDatabase } from '../operator-database.ts'
import { flag, option, tenantId } from '../options.ts'
import { jobIds, notFound } from './job-id.ts'
import { printOutcomes } from './job-outcome.ts'

export const cancelJobs = defineCommand({
  name: 'jobs cancel',
  about: `Ends jobs that have not ended. A worker stops within a page, or within ten seconds while it waits. Rows that are committed
stay. A later message of the job does nothing, unless it has force_refresh.`,
  rest: 'JOB…',
  options: z.object({
    tenant: option('UUID', 'the tenant of the jobs, for a login that sees one tenant at a time', tenantId.optional()),
    json: flag('one JSON object for each job'),
  }),
  details: `Ends with 1 if a job is not known or had ended.

Login: the worker's or the tables' owner, with --tenant. A member of billing_sync_reader alone may not write.`,
  async run({ options: { tenant, json }, rest, terminal }) {
    const ids = jobIds(rest)
    return withOperatorDatabase({ name: 'jobs cancel', tenant }, async (operator) => {
      const outcomes: JobOutcome[] = []
      for (const id of ids) outcomes.push(await cancel(operator, id))
      printOutcomes(outcomes, json, terminal)
      return outcomes.every(({ done }) => done) ? exitCodes.done : exitCodes.failed
    })
  },
})

async function cancel({ reader, database, emptyBecause }: OperatorDatabase, id: string): Promise<JobOutcome> {
  const [job] = await findJobs(reader, { ids: [id] }, 1)
  if (!job) return { jobId: id, done: false, reason: (await emptyBecause()) ?? notFound(id) }
  if (await cancelIn(database, job)) return { jobId: id, done: true, reason: `It was ${job.status} and is cancelled.` }
  const [now = job] = await findJobs(reader, { ids: [id] }, 1)
  return { jobId: id, done: false, reason: `It had ended before, as ${now.status}.` }
}

async function cancelIn(
  database: OperatorDatabase['database'],
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
): Promise<boolean> {
  try {
    return await cancelJob(database.tenant(tenantId), id)
  } catch (error) {
    if (codeOf(error) !== '42501') throw error
    throw new Error(
      "database: this login may not change jobs (42501). Use the worker's login or the tables' owner, with --tenant.",
    )
  }
}
