import type pg from 'pg'
import { inProcess, openEventSource } from '../local/event-source.ts'
import type { Stack } from '../local/stack.ts'
import type { Log } from '../log/log.ts'
import { createLocalLog } from '../log/terminal.ts'
import { eventHandler } from '../queue/lambda.ts'
import { createSqsQueue } from '../queue/sqs-on-demand.ts'
import { openWorker } from '../worker.ts'
import { exitCodes } from './exit-codes.ts'
import { followJob, type JobRow } from './follow-job.ts'
import { printJob } from './job-report.ts'
import { createProblemLog } from './problem-log.ts'
import { openProgressBar, type ProgressBar } from './progress-bar.ts'
import { type StartRequest, shownRequest } from './start-job.ts'
import { commandLine, type StartOptions } from './start-options.ts'
import { formatTable } from './table.ts'
import { lineWidth, type Terminal } from './terminal.ts'
import { waitForEnd } from './wait-for-end.ts'

export interface Sync {
  readonly stack: Stack
  readonly options: StartOptions
  readonly request: StartRequest
  /** Sees the tenant's rows. */
  readonly client: pg.Client
  readonly terminal: Terminal
  /** Names of resources in the order in which they are shown. */
  readonly order: readonly string[]
  readonly stop: AbortSignal
}

/** Sends the request, shows its progress, and shows the result once the job has ended. @returns the exit code */
export async function syncOnce(sync: Sync): Promise<number> {
  const { stack, options, client, terminal, order, stop } = sync
  const { log, problems } = createProblemLog()
  const job = await runJob(sync, options.verbose ? createLocalLog('debug') : log)
  printJob(terminal, job, order)
  // The tables hold rows of earlier starts, too: after a failure they would look like its result.
  if (job?.status === 'completed') await printCustomers(client, options, terminal)
  else for (const problem of problems) terminal.error.write(`\n  ${problem}\n`)
  if (options.keep) await stack.keep()
  if (job?.finished_at || !stop.aborted) terminal.print(`\n${lookFurther(stack, options)}`)
  else
    terminal.print(
      `\n  interrupted: ${job?.fetched ?? 0} rows are stored. To go on from there: ${commandLine(options)}`,
    )
  if (job?.status === 'completed') return exitCodes.done
  return stop.aborted ? exitCodes.interrupted : exitCodes.failed
}

/** Sends the request and shows its progress. @returns the job's row at its end, or as it is when the process is asked to stop */
export async function runJob(sync: Sync, log: Log): Promise<JobRow | undefined> {
  const { request, terminal } = sync
  terminal.print(`\n  sent      ${shownRequest(request)}\n`)
  const bar = openProgressBar(terminal.out)
  let job: JobRow | undefined
  try {
    job = await work(sync, log, bar)
    return job
  } finally {
    bar.end(job?.status === 'completed')
  }
}

/** The same without progress on the terminal. */
export function runQuietly(sync: Sync, log: Log): Promise<JobRow | undefined> {
  return work(sync, log, { show() {}, end() {} })
}

/** @returns the job's row at its end, or as it is when the process is asked to stop */
async function work(sync: Sync, log: Log, bar: ProgressBar) {
  const { stack, request, client, order, stop } = sync
  const { queue } = stack
  const name = `local ${process.pid}`
  const worker = await openWorker(stack.config, {
    log,
    queue: createSqsQueue(stack.config.Queue),
    name,
    shutdown: stop,
  })
  const followed = await followJob(client, { ...request, order }, bar.show)
  const { client: sqs, url: queueUrl, arn: queueArn, region } = queue
  const source = openEventSource({ client: sqs, queueUrl, queueArn, region, invoke: inProcess(eventHandler(worker)) })
  // The paused job's message stays in the queue: brought again, it would only be paused again.
  stop.addEventListener('abort', () => void source.close(), { once: true })
  try {
    await queue.send(JSON.stringify(request), { group: request.tenantId })
    return await waitForEnd({ ...followed, worker: name, stop, onWait: (note) => bar.show({ note }) })
  } finally {
    await source.close()
    await worker.close()
  }
}

const firstCustomers = `select id, name, email, currency, balance, country, created_at from customers
  where tenant_id = $1 and provider = $2 and deleted_at is null order by created_at desc, id desc limit 10`

async function printCustomers(
  client: pg.Client,
  { tenant, provider }: StartOptions,
  { print, out }: Terminal,
): Promise<void> {
  const { rows } = await client.query<Record<string, unknown>>(firstCustomers, [tenant, provider])
  if (rows.length > 0) print(`\ncustomers, the newest ten\n${formatTable(rows, { line: lineWidth(out) })}`)
}

export function lookFurther({ database, config }: Stack, { keep }: Pick<StartOptions, 'keep'>): string {
  const configured = config.ConnectionStrings.DefaultConnection !== undefined
  const address = `psql "postgres://${database.user}@${database.host}:${database.port}/${database.database}"`
  const lines = [
    'look further',
    `  npm run query -- "select status, fetched, requests, error from sync_jobs order by created_at desc limit 5"`,
  ]
  if (configured || keep) lines.push(`  ${address}`)
  if (keep && !configured) lines.push('  the database stays up; npm run query -- --stop ends it')
  if (!keep && !configured) lines.push('  npm start -- --keep    leaves the database up for psql')
  return lines.join('\n')
}
