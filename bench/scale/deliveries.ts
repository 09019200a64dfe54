import { randomUUID } from 'node:crypto'
import { openQueue } from '../../src/local/queue.ts'
import { openSandbox } from '../../src/sandbox/stripe/index.ts'
import { median } from './partitions.ts'
import { contextOf, eventOf, openWorkerFor, type ScaleEnv, timed } from './scale-env.ts'

export interface DeliveryCost {
  readonly latencyMs: number
  /** Milliseconds of a delivery whose account is taken: claim, refusal, message sent again. */
  readonly busyMs: number
  /** Milliseconds of an incremental job with nothing new, and its requests. */
  readonly incrementalMs: number
  readonly incrementalRequests: number
  /** Bytes of an incremental job's row in sync_jobs, its result included. */
  readonly bytesPerJob: number
  /** Dead rows that a busy delivery leaves in sync_jobs: its refused insert. */
  readonly deadRowsPerBusy: number
}

/** How many commits a full job makes of its pages under Stripe's live limits. */
export async function measurePace(
  env: ScaleEnv,
  { customers, latencyMs }: { readonly customers: number; readonly latencyMs: number },
) {
  const sandbox = await openSandbox({ customers, latencyMs })
  const limits = { Stripe__RequestsPerSecond: '100', Stripe__EndpointRequestsPerSecond: '25' }
  const worker = await openWorkerFor(env.url, sandbox.url, '', limits)
  const sampled = await sampleConnections(env)
  const jobId = randomUUID()
  const ms = await timed(() =>
    worker.handle(
      eventOf({ jobId, tenantId: randomUUID(), providerName: 'stripe', accessToken: 'sk_live_sandbox' }),
      contextOf(),
    ),
  )
  await worker.close()
  await sandbox.close()
  const [row] = await env.query('select status, fetched, requests, commits from sync_jobs where id = $1', [jobId])
  const numbers = { fetched: Number(row?.fetched), requests: Number(row?.requests), commits: Number(row?.commits) }
  const connections = sampled()
  return {
    latencyMs,
    connections,
    status: row?.status,
    ms,
    ...numbers,
    commitsPerSecond: (numbers.commits * 1_000) / ms,
  }
}

/** What short deliveries cost the real worker, with a provider that takes `latencyMs` to answer. */
export async function measureDeliveries(env: ScaleEnv, latencyMs: number): Promise<DeliveryCost> {
  const sandbox = await openSandbox({ customers: 200, limits: 'none', latencyMs })
  const queue = await openQueue()
  const worker = await openWorkerFor(env.url, sandbox.url, queue.url)
  const tenantId = randomUUID()
  const request = (sync_type: string, tenant = tenantId) => ({
    jobId: randomUUID(),
    tenantId: tenant,
    providerName: 'stripe',
    accessToken: 'sk_live_sandbox',
    additionalData: { sync_type },
  })
  const first = request('full')
  await worker.handle(eventOf(first), contextOf())
  const incremental: number[] = []
  const requests: number[] = []
  for (let round = 0; round < 20; round++) {
    const job = request('incremental')
    incremental.push(await timed(() => worker.handle(eventOf(job), contextOf())))
    const [row] = await env.query('select status, requests from sync_jobs where id = $1', [job.jobId])
    if (row?.status !== 'completed') throw new Error(`deliveries: an incremental job ended ${row?.status}`)
    requests.push(Number(row.requests))
  }
  const [job] = await env.query(
    `select avg(pg_column_size(sync_jobs))::float8 as bytes from sync_jobs where tenant_id = $1 and sync_type = 'incremental'`,
    [tenantId],
  )
  const other = randomUUID()
  await env.query(
    `insert into sync_jobs (id, tenant_id, provider, sync_type, status, lease_owner, lease_until)
      values ($1, $2, 'stripe', 'full', 'running', 'another', now() + interval '1 hour')`,
    [randomUUID(), other],
  )
  const waiting = Array.from({ length: 200 }, () => request('incremental', other))
  const busy: number[] = []
  const deadBefore = await deadRows(env)
  for (const job of [...waiting, ...waiting]) busy.push(await timed(() => worker.handle(eventOf(job), contextOf())))
  const counts = await queue.counts()
  if (counts.delayed !== busy.length) throw new Error(`deliveries: ${counts.delayed} sent again of ${busy.length}`)
  await worker.close()
  await queue.close()
  await sandbox.close()
  return {
    latencyMs,
    busyMs: median(busy),
    incrementalMs: median(incremental),
    incrementalRequests: median(requests),
    bytesPerJob: Number(job?.bytes),
    deadRowsPerBusy: ((await deadRows(env)) - deadBefore) / busy.length,
  }
}

async function deadRows(env: ScaleEnv): Promise<number> {
  await env.query('select pg_stat_force_next_flush()')
  const [row] = await env.query(`select n_dead_tup as dead from pg_stat_user_tables where relname = 'sync_jobs'`)
  return Number(row?.dead)
}

/** Watches how many connections workers have open, on a connection of its own; the returned function stops and says the most. */
async function sampleConnections(env: ScaleEnv): Promise<() => number> {
  const client = await env.connect()
  let most = 0
  const timer = setInterval(async () => {
    const { rows } = await client.query(
      `select count(*)::int as n from pg_stat_activity where application_name like 'scale %'`,
    )
    most = Math.max(most, rows[0].n)
  }, 50)
  return () => {
    clearInterval(timer)
    return most
  }
}
