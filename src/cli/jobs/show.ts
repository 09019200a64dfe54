import * as z from 'zod'
import { defineCommand } from '../command.ts'
import { describeDuration } from '../duration.ts'
import { exitCodes } from '../exit-codes.ts'
import { printResources } from '../job-report.ts'
import { readerLogin, withOperatorDatabase } from '../operator-database.ts'
import { flag, option, tenantId } from '../options.ts'
import { providerOrder } from '../provider-order.ts'
import { inOrder } from '../resource-names.ts'
import { formatRow, formatTable } from '../table.ts'
import { lineWidth, type Terminal } from '../terminal.ts'
import { type JobDetails, jobDetailsOf } from './job-details.ts'
import { findJob, jobId } from './job-id.ts'

export const showJob = defineCommand({
  name: 'jobs show',
  about:
    'Shows a job: its result with the count checks, its error with what to do, what it waits for, its deliveries, and how it is sent again.',
  rest: 'JOB',
  options: z.object({
    tenant: option('UUID', 'the tenant of the job, for a login that sees one tenant at a time', tenantId.optional()),
    json: flag('one JSON object'),
  }),
  details: readerLogin,
  async run({ options: { tenant, json }, rest, terminal }) {
    const id = jobId(rest)
    return withOperatorDatabase({ name: 'jobs show', tenant }, async (operator) => {
      const details = jobDetailsOf(await findJob(operator, id))
      if (json) terminal.print(JSON.stringify(details))
      else printDetails(details, await providerOrder(operator.config, details.provider), terminal)
      return exitCodes.done
    })
  },
})

/** Also at the end of `jobs watch`. */
export function printDetails(job: JobDetails, order: readonly string[], terminal: Terminal): void {
  const { print, out } = terminal
  const section = (title: string, row: Readonly<Record<string, unknown>>) => {
    const given = Object.entries(row).filter(([, value]) => value !== null && value !== undefined)
    if (given.length > 0) print(`\n${title}\n${formatRow(Object.fromEntries(given), lineWidth(out))}`)
  }
  section('job', {
    job: job.jobId,
    tenant: job.tenantId,
    provider: job.provider,
    account: job.account,
    type: job.syncType,
    status: job.status,
    seen: job.createdAt,
    started: job.startedAt,
    finished: job.finishedAt,
    took: job.seconds === null ? null : describeDuration(job.seconds),
    deliveries: job.deliveries,
    pauses: job.hop,
    'failed attempts': job.attempt,
    worker: job.leaseOwner,
    'lease until': job.leaseUntil,
    rows: `${job.fetched} fetched, ${job.created} created, ${job.updated} updated, ${job.unchanged} unchanged, ${job.rejected} rejected, ${job.deleted} deleted`,
    requests: job.requests,
    options: job.options,
    credentials: credentialsOf(job),
    note: job.result?.note,
  })
  section('waits', {
    worker: job.status === 'running' && !job.isHeld ? lostWorker : null,
    since: job.waitingSince,
    for: job.waitingFor && `${job.waitingFor.message} (${job.waitingFor.code})`,
    'next attempt': job.nextAttemptAt,
    'waited in all': job.waitedSeconds < 1 ? null : describeDuration(job.waitedSeconds),
  })
  section('error', {
    error: job.error && `${job.error.message} (${job.error.code})`,
    'what happened': job.advice?.happened,
    'what to do': job.advice?.do,
  })

  printDeliveries(job, terminal)
  const counts = inOrder(Object.entries(job.result?.resources ?? {}), order)
  if (counts.length > 0) printResources(counts, terminal)
  else printProgress(job, order, terminal)
  section('rejects', { why: job.rejected === 0 ? null : rejectsOf(job) })
  section('again', { 'jobs retry': againOf(job) })
}

function printDeliveries({ timeline }: JobDetails, { print, out }: Terminal): void {
  const lines = timeline.map(({ began, ended, how, code, fetched, requests, commits, worker }) => ({
    began,
    ended,
    how: code === null ? how : `${how}: ${code}`,
    fetched,
    requests,
    commits,
    worker,
  }))
  if (lines.length > 0) print(`\ndeliveries\n${formatTable(lines, { line: lineWidth(out) })}`)
}

const lostWorker = 'It gave no sign of life, and its lease is over. The message of the job brings it back.'

/** The statement that shows why items were rejected. A later job may have stored some of them. */
function rejectsOf({ jobId }: JobDetails): string {
  return `npm run query -- "select resource, item_key, code, reason from sync_rejects where job_id = '${jobId}'"`
}

function credentialsOf({ sentWith }: JobDetails): string | null {
  if (!sentWith) return null
  const ofAccount = sentWith.account === undefined ? '' : `, of account ${sentWith.account}`
  switch (sentWith.token) {
    case 'none':
      return `none given${ofAccount}`
    case 'key':
      return `a plain key, which is not kept${ofAccount}`
    case 'secret':
    case 'account':
      return `${sentWith.reference}${ofAccount}`
  }
}

function printProgress({ progress }: JobDetails, order: readonly string[], { print, out }: Terminal): void {
  const rows = inOrder(Object.entries(progress), order).map(([resource, { share, fetched }]) => ({
    resource,
    fetched,
    done: `${Math.floor(share * 100)} %`,
  }))
  if (rows.length > 0) print(`\nresources\n${formatTable(rows, { line: lineWidth(out) })}`)
}

function againOf({ retry: { how, jobId, reason }, finishedAt }: JobDetails): string {
  switch (how) {
    case 'refused':
      return reason ?? ''
    case 'goes on':
      return finishedAt === null
        ? 'sends its message again; do that only if the message was lost'
        : 'sends its message again, and the job goes on from its checkpoint'
    case 'starts over':
      return 'sends its message again, and the job starts over, because it has force_refresh'
    case 'new job':
      return `sends a new job with the same request, ${jobId}`
  }
}
