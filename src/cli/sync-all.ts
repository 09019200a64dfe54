import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import { inProcess, openEventSource } from '../local/event-source.ts'
import type { Stack } from '../local/stack.ts'
import { createLocalLog } from '../log/terminal.ts'
import { eventHandler } from '../queue/lambda.ts'
import { createSqsQueue } from '../queue/sqs-on-demand.ts'
import { openWorker } from '../worker.ts'
import { exitCodes } from './exit-codes.ts'
import type { JobRow } from './follow-job.ts'
import { createProblemLog } from './problem-log.ts'
import { type StartRequest, shownRequest } from './start-job.ts'
import type { StartOptions } from './start-options.ts'
import { lookFurther } from './sync-once.ts'
import { formatTable } from './table.ts'
import { lineWidth, type Terminal } from './terminal.ts'

interface SyncAll {
  readonly stack: Stack
  readonly options: StartOptions
  readonly requests: readonly StartRequest[]
  /** Sees the tenant's rows. */
  readonly client: pg.Client
  readonly terminal: Terminal
  readonly stop: AbortSignal
}

const msBetweenLines = 1_000

/** Sends a request to each provider at once, and shows all jobs side by side until they have ended. @returns the exit code */
export async function syncAll(sync: SyncAll): Promise<number> {
  const { stack, options, requests, client, terminal, stop } = sync
  const { log, problems } = createProblemLog()
  for (const request of requests) terminal.print(`  sent      ${shownRequest(request)}`)
  const worker = await openWorker(stack.config, {
    log: options.verbose ? createLocalLog('debug') : log,
    queue: createSqsQueue(stack.config.Queue),
    name: `local ${process.pid}`,
    shutdown: stop,
  })
  const { client: sqs, url: queueUrl, arn: queueArn, region } = stack.queue
  const invoke = inProcess(eventHandler(worker))
  const source = openEventSource({ client: sqs, queueUrl, queueArn, region, invoke, concurrency: requests.length })
  stop.addEventListener('abort', () => void source.close(), { once: true })
  let jobs: readonly Shown[] = []
  try {
    for (const request of requests) await stack.queue.send(JSON.stringify(request), { group: request.tenantId })
    do {
      await setTimeout(msBetweenLines, undefined, { signal: stop }).catch(() => {})
      jobs = await readJobs(client, requests)
      terminal.print(`  ${jobs.map(lineOf).join('   ')}`)
    } while (!stop.aborted && jobs.some(({ job }) => !job?.finished_at))
  } finally {
    await source.close()
    await worker.close()
  }
  terminal.print(`\njobs\n${formatTable(jobs.map(rowOf), { line: lineWidth(terminal.out) })}`)
  for (const problem of problems) terminal.error.write(`\n  ${problem}\n`)
  if (options.keep) await stack.keep()
  terminal.print(`\n${lookFurther(stack, options)}`)
  if (jobs.every(({ job }) => job?.status === 'completed')) return exitCodes.done
  return stop.aborted ? exitCodes.interrupted : exitCodes.failed
}

interface Shown {
  readonly provider: string
  /** Undefined before a worker has seen it. */
  readonly job: JobRow | undefined
}

async function readJobs(client: pg.Client, requests: readonly StartRequest[]): Promise<readonly Shown[]> {
  const ids = requests.map(({ jobId }) => jobId)
  const { rows } = await client.query<JobRow>('select * from sync_jobs where id = any($1::uuid[])', [ids])
  return requests.map(({ jobId, providerName }) => ({
    provider: providerName,
    job: rows.find(({ id }) => id === jobId),
  }))
}

const lineOf = ({ provider, job }: Shown) => `${provider} ${job?.status ?? 'waits'} ${String(job?.fetched ?? 0)} rows`

function rowOf({ provider, job }: Shown): Record<string, unknown> {
  const proofs = Object.values(job?.result?.resources ?? {}).flatMap(({ proof }) => proof ?? [])
  return {
    provider,
    status: job?.status ?? 'not seen by a worker',
    fetched: job?.fetched ?? null,
    created: job?.created ?? null,
    requests: job?.requests ?? null,
    seconds: job?.result ? (job.result.durationMs / 1_000).toFixed(1) : null,
    equal: proofs.length === 0 ? null : proofs.every(({ equal }) => equal) ? 'yes' : 'NO',
    error: job?.error?.message ?? null,
  }
}
