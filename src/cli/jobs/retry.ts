import * as z from 'zod'
import { errorCodes } from '../../error-codes/error-codes.ts'
import { findJobs, type StoredJob } from '../../operations/jobs.ts'
import { type JobOutcome, sendAgain } from '../../operations/send-again.ts'
import { defineCommand } from '../command.ts'
import { duration } from '../duration.ts'
import { exitCodes } from '../exit-codes.ts'
import { listOf, namesOf } from '../lists.ts'
import { openQueue } from '../open-queue.ts'
import { type OperatorDatabase, readerLogin, withOperatorDatabase } from '../operator-database.ts'
import { flag, option, tenantId, UsageError } from '../options.ts'
import { jobIds, notFound } from './job-id.ts'
import { printOutcomes } from './job-outcome.ts'

/** Jobs of one call: a retry of more is made in several. */
const most = 10_000

const options = z.object({
  tenant: option('UUID', 'jobs of this tenant', tenantId.optional()),
  provider: option('NAME', 'with --failed-since: jobs of this provider', z.string().trim().toLowerCase().optional()),
  failedSince: option('TIME', 'all jobs that failed in this time, such as 2h', duration.optional()),
  code: option('A,B', 'with --failed-since: jobs that failed with these error codes', listOf.optional()),
  dryRun: flag('say what would be sent and send nothing'),
  json: flag('one JSON object for each job'),
})

type RetryOptions = z.infer<typeof options>

export const retryJobs = defineCommand({
  name: 'jobs retry',
  about: `Sends the messages of jobs again, made from their rows. A job that failed for a cause that may pass goes on from its
checkpoint under its own id. One that failed for good is repeated by a new job, whose id is made from the old one.`,
  rest: '[JOB…]',
  options,
  details: `A second retry sends the same ids again, which is harmless. A job that was sent with a plain key is not sent: the database
keeps the reference to a secret, the id of a connected account, or that none was given, and never a key.
Ends with 1 if a job was not sent.

${readerLogin} The queue is that of Queue.Url.`,
  async run({ options: given, rest, terminal }) {
    const named = namedJobs(given, rest)
    return withOperatorDatabase({ name: 'jobs retry', tenant: given.tenant }, async (operator) => {
      const jobs = await findJobs(operator.reader, named, most)
      const missing = (named.ids ?? []).filter((id) => !jobs.some((job) => job.id === id))
      const reason = missing.length > 0 ? await operator.emptyBecause() : null
      const outcomes: JobOutcome[] = missing.map((id) => ({ jobId: id, done: false, reason: reason ?? notFound(id) }))
      if (jobs.length > 0) outcomes.push(...(await send(jobs, operator, given.dryRun)))
      if (outcomes.length === 0 && !given.json)
        terminal.print((await operator.emptyBecause()) ?? 'No such job failed since then.')
      printOutcomes(outcomes, given.json, terminal)
      return outcomes.every(({ done }) => done) ? exitCodes.done : exitCodes.failed
    })
  },
})

function namedJobs({ failedSince, code, provider, tenant }: RetryOptions, rest: readonly string[]) {
  if (failedSince === undefined) {
    if (code || provider) throw new UsageError('--code and --provider go with --failed-since.')
    return { ids: jobIds(rest), tenantId: tenant }
  }
  if (rest.length > 0) throw new UsageError('--failed-since takes no JOB.')
  return { failedSince, provider, tenantId: tenant, codes: code && namesOf('The code', code, Object.keys(errorCodes)) }
}

async function send(
  jobs: readonly StoredJob[],
  { reader, config }: OperatorDatabase,
  dryRun: boolean,
): Promise<readonly JobOutcome[]> {
  const queue = dryRun ? null : await openQueue(config)
  try {
    return await sendAgain(jobs, { reader, queue })
  } finally {
    await queue?.close()
  }
}
