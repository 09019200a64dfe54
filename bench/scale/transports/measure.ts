import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { openEnd } from '../../../test/contracts/queue-fixture.ts'
import type { Transport } from '../../../test/faults/transports/transport.ts'
import { sendJob, startContainer, type TransportBench } from './env.ts'

const tenants = 50
const customers = 100
const parallel = 20

/** Jobs a second of one container of ten lanes, and the statements of a job. */
export async function measureJobs(bench: TransportBench, transport: Transport, jobs: number) {
  const queue = await transport.openQueue()
  const [intake, database, stripe] = await Promise.all([
    openEnd(queue),
    bench.freshDatabase(),
    bench.openStripe(customers),
  ])
  const ids = Array.from({ length: tenants }, () => randomUUID())
  for (let at = 0; at < jobs; at += parallel)
    await Promise.all(
      Array.from({ length: Math.min(parallel, jobs - at) }, (_, n) => sendJob(intake, ids[(at + n) % tenants] ?? '')),
    )
  await bench.resetStatements()
  const container = await startContainer({
    bundle: bench.bundle,
    databaseUrl: database.url,
    stripeUrl: stripe.url,
    queue,
    settings: { Worker__Concurrency: '10' },
  })
  const completed = async () => {
    const [row] = await database.query<{ count: number }>(
      `select count(*)::int as count from sync_jobs where status = 'completed'`,
    )
    return row?.count ?? 0
  }
  while ((await completed()) < jobs) await delay(250)
  const statements = await bench.statements()
  await container.end('SIGTERM')
  const [time] = await database.query<{ seconds: number; waited: number; rows: number }>(
    `select extract(epoch from max(finished_at) - min(started_at))::float8 as seconds, (sum(deliveries) - count(*))::int as waited,
       (select count(*)::int from customers) as rows from sync_jobs`,
  )
  stripe.close()
  await intake.close()
  await queue.close()
  if (time?.rows !== Math.min(jobs, tenants) * customers) throw new Error(`${transport.name}: ${time?.rows} rows`)
  return {
    perSecond: jobs / time.seconds,
    statements:
      statements.filter(({ query }) => !query.includes('billing_sync.')).reduce((sum, { calls }) => sum + calls, 0) /
      jobs,
    texts: statements.map(
      ({ query, calls }) => `${(calls / jobs).toFixed(2)} ${query.replace(/\s+/g, ' ').slice(0, 90)}`,
    ),
  }
}

/** Seconds in which 1,000 dead letters are sent back. @throws Error unless each is back once */
export async function measureRedrive(transport: Transport): Promise<number> {
  const queue = await transport.openQueue()
  const intake = await openEnd(queue)
  const bodies = Array.from({ length: 1_000 }, (_, n) => JSON.stringify({ n }))
  for (let at = 0; at < bodies.length; at += parallel)
    await Promise.all(
      bodies
        .slice(at, at + parallel)
        .map((body) => intake.deadLetter({ body, reason: 'bench', code: 'bench', messageId: body })),
    )
  const began = performance.now()
  const { sent, left } = await intake.redrive(10_000)
  const seconds = (performance.now() - began) / 1_000
  const received: string[] = []
  while (received.length < sent) {
    const messages = await intake.receive(10, AbortSignal.timeout(30_000))
    if (messages.length === 0) break
    for (const message of messages) {
      received.push(message.body)
      await intake.acknowledge(message)
    }
  }
  const once = new Set(received).size === 1_000 && received.length === 1_000
  await intake.close()
  await queue.close()
  if (!once || left.length > 0) throw new Error(`${transport.name}: ${received.length} of 1,000 letters came back`)
  return seconds
}

/** Seconds from the kill of a container until another one has more items of its job, with the deployed lease of 60 s. */
export async function measureKill(bench: TransportBench, transport: Transport): Promise<number> {
  const queue = await transport.openQueue()
  const [intake, database, stripe] = await Promise.all([openEnd(queue), bench.freshDatabase(), bench.openStripe(3_000)])
  const settings = { Stripe__EndpointRequestsPerSecond: '2' }
  const shared = { bundle: bench.bundle, databaseUrl: database.url, stripeUrl: stripe.url, queue, settings }
  const containers = await Promise.all([startContainer(shared), startContainer(shared)])
  const jobId = await sendJob(intake, randomUUID())
  const job = async () => {
    const [row] = await database.query<{ fetched: number; lease_owner: string | null }>(
      'select fetched::int, lease_owner from sync_jobs where id = $1',
      [jobId],
    )
    return row ?? { fetched: 0, lease_owner: null }
  }
  while ((await job()).fetched < 300) await delay(50)
  const { lease_owner: owner } = await job()
  const holder = containers.find(({ pid }) => owner?.split(' ').includes(String(pid)))
  await holder?.end('SIGKILL')
  const began = performance.now()
  const { fetched } = await job()
  while ((await job()).fetched <= fetched) await delay(50)
  const seconds = (performance.now() - began) / 1_000
  await Promise.all(containers.map((container) => (container.ended() ? undefined : container.end('SIGKILL'))))
  stripe.close()
  await intake.close()
  await queue.close()
  return seconds
}
