import { randomUUID } from 'node:crypto'
import { loadConfig } from '../config/load.ts'
import type { ResourceResult } from '../job/state/result.ts'
import { inProcess, openEventSource } from '../local/event-source.ts'
import { openParts, type Parts } from '../local/stack.ts'
import { createLocalLog } from '../log/terminal.ts'
import { eventHandler } from '../queue/lambda.ts'
import { createSqsQueue } from '../queue/sqs-on-demand.ts'
import { openWorker } from '../worker.ts'
import { help, type LocalOptions, readArguments } from './arguments.ts'
import { openProgressBar } from './progress-bar.ts'
import { formatRow, formatTable } from './table.ts'
import { type JobRow, watchJob } from './watch-job.ts'

/** The same job on this machine: one SyncJobRequest through a queue, the handler and Postgres, with what happens shown. */
async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2))
  if (options.help) {
    console.log(help)
    return 0
  }
  const parts = await openParts(loadConfig(), options)
  try {
    for (const line of parts.described) console.log(`  ${line}`)
    return await syncOnce(parts, options)
  } finally {
    await parts.close()
  }
}

async function syncOnce(parts: Parts, options: LocalOptions): Promise<number> {
  const { config, database, queue } = parts
  const shutdown = new AbortController()
  process.once('SIGINT', () => shutdown.abort())
  const log = createLocalLog(options.verbose ? 'debug' : 'error')
  const worker = await openWorker(config, {
    log,
    queue: createSqsQueue(config.Queue),
    name: `local ${process.pid}`,
    shutdown: shutdown.signal,
  })
  const request = {
    jobId: randomUUID(),
    tenantId: options.tenant,
    providerName: 'stripe',
    additionalData: {
      sync_type: options.incremental ? 'incremental' : 'full',
      ...(options.resources ? { resources: options.resources } : {}),
    },
  }
  console.log(`\n  sent      ${JSON.stringify(request)}\n`)
  const bar = openProgressBar(process.stdout)
  const watched = await watchJob(database, request, bar.show)
  const source = openEventSource({
    client: queue.client,
    queueUrl: queue.url,
    queueArn: queue.arn,
    region: queue.region,
    invoke: inProcess(eventHandler(worker)),
  })
  try {
    await queue.send(JSON.stringify(request), { group: request.tenantId })
    const job = await untilEnded(watched.job, shutdown.signal, (note) =>
      bar.show({ fetched: 0, requests: 0, share: 0, note }),
    )
    bar.end()
    console.log(`\nsync_jobs\n${formatRow(shownJob(job))}`)
    const resources = Object.entries(job?.result?.resources ?? {}).map(([resource, counts]) =>
      shownResource(resource, counts),
    )
    if (resources.length > 0) console.log(`\nresources\n${formatTable(resources)}`)
    const rows = await watched.query(firstCustomers, [options.tenant])
    if (rows.length > 0) console.log(`\ncustomers, the newest ten\n${formatTable(rows)}`)
    if (options.keep) parts.keep()
    console.log(`\n${lookFurther(parts, options)}`)
    return job?.status === 'completed' ? 0 : 1
  } finally {
    await source.close()
    await watched.close()
    await worker.close()
  }
}

const firstCustomers = `select id, name, email, currency, balance, country, created_at from customers
  where tenant_id = $1 and provider = 'stripe' and deleted_at is null order by created_at desc, id desc limit 10`

/** The job's row once it has ended, or as it is when the process was asked to stop. */
async function untilEnded(
  job: () => Promise<JobRow | undefined>,
  stop: AbortSignal,
  onWait: (note: string) => void,
): Promise<JobRow | undefined> {
  for (;;) {
    const row = await job()
    if (row && ['completed', 'failed', 'cancelled'].includes(row.status)) return row
    if (stop.aborted && row?.status !== 'running') return row
    if (row?.status === 'pending') onWait('waiting: an earlier job of this tenant holds its lease for up to a minute')
    if (row?.status === 'retrying') onWait(`an attempt failed, the next is at ${JSON.stringify(row.next_attempt_at)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function shownJob(job: JobRow | undefined): Record<string, unknown> {
  if (!job) return { status: 'not seen by a worker' }
  const names = [
    'id',
    'tenant_id',
    'provider',
    'status',
    'attempt',
    'deliveries',
    'hop',
    'fetched',
    'created',
    'updated',
    'unchanged',
    'rejected',
    'deleted',
    'requests',
  ]
  const columns = [...names, 'error', 'result', 'started_at', 'finished_at']
  return Object.fromEntries(columns.map((name) => [name, job[name]]))
}

function shownResource(resource: string, { proof, skipped, ...counts }: ResourceResult): Record<string, unknown> {
  const proven = {
    listed: proof?.listed ?? null,
    live: proof?.live ?? null,
    equal: proof ? (proof.equal ? 'yes' : 'NO') : null,
  }
  return { resource, ...counts, ...proven, skipped: skipped?.message ?? null }
}

function lookFurther({ database, config }: Parts, { keep }: LocalOptions): string {
  const own = config.ConnectionStrings.DefaultConnection !== undefined
  const address = `psql "postgres://${database.user}@${database.host}:${database.port}/${database.database}"`
  const lines = [
    'look further',
    `  npm run query -- "select status, fetched, requests, error from sync_jobs order by created_at desc limit 5"`,
  ]
  if (own || keep) lines.push(`  ${address}`)
  if (keep && !own) lines.push('  the database stays up; npm run query -- --stop ends it')
  if (!keep && !own) lines.push('  npm start -- --keep    leaves the database up for psql')
  return lines.join('\n')
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)
