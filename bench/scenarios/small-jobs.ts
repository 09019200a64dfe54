import { randomUUID } from 'node:crypto'
import { openEventSource } from '../../src/local/event-source.ts'
import { openQueue } from '../../src/local/queue.ts'
import type { Bench } from '../bench.ts'
import { workerEnvironment } from '../contestants/worker.ts'
import type { Result, Scenario } from '../result.ts'
import { shown, spread } from '../statistics.ts'
import { openFleet } from '../worker-fleet.ts'

const customers = 100
const concurrency = 10
const conditions = { latencyMs: 50, accountPerSecond: 100, endpointPerSecond: 25 }
const fewestPerSecond = 40
const mostStatements = 8

export const smallJobs: Scenario = {
  name: 'small-jobs',
  about: 'Jobs of 100 customers each, through the local queue, ten at a time in ten processes, 50 ms a request.',
  modes: ['full', 'quick', 'smoke'],
  async run(bench): Promise<Result> {
    const jobs = bench.pick({ full: 1_000, quick: 100, smoke: 20 })
    const tenants = bench.pick({ full: 50, quick: 50, smoke: 20 })
    const speeds: number[] = []
    const problems: string[] = []
    for (let round = 0; round < bench.rounds; round++) {
      const { perSecond, problem } = await runJobs(bench, jobs, tenants)
      bench.say(problem ?? `${perSecond.toFixed(1)} jobs/s`)
      if (problem) problems.push(problem)
      else speeds.push(perSecond)
    }
    const counted = await countJobs(bench, Math.min(jobs, 100), tenants)
    const speed = spread(speeds)
    return {
      findings: [
        {
          what: `${jobs.toLocaleString('en')} jobs of ${customers} customers, ${tenants} tenants, ${concurrency} at once: jobs/s`,
          measured: shown(speed, 1),
          target: `≥ ${fewestPerSecond}`,
          reached: speed.median >= fewestPerSecond,
        },
        {
          what: 'SQL statements a job',
          measured: `${counted.statements.toFixed(1)}, of them ${counted.control.toFixed(1)} BEGIN, naming the tenant and COMMIT`,
          target: `≤ ${mostStatements}`,
          reached: counted.statements <= mostStatements,
        },
      ],
      problems: [...problems, ...(counted.problem ? [counted.problem] : [])],
    }
  },
}

/** In a short run of its own: counting slows. */
async function countJobs(bench: Bench, jobs: number, tenants: number) {
  await bench.postgres.countStatements(true)
  try {
    return await runJobs(bench, jobs, tenants)
  } finally {
    await bench.postgres.countStatements(false)
  }
}

async function runJobs({ server: open, postgres }: Bench, jobs: number, tenants: number) {
  const server = await open({ '/v1/customers': { count: customers, density: 'growth' } })
  await server.reset(conditions)
  const database = await postgres.freshDatabase('worker')
  const queue = await openQueue()
  const fleet = await openFleet(concurrency, {
    ...workerEnvironment({
      databaseUrl: database.url,
      stripeUrl: server.url,
      perSecond: conditions.accountPerSecond,
      endpointPerSecond: conditions.endpointPerSecond,
    }),
    Queue__Url: queue.url,
    Queue__DeadLetterUrl: queue.deadLetterUrl,
    Queue__Endpoint: queue.endpoint,
    Queue__Region: queue.region,
  })
  const ids = Array.from({ length: tenants }, () => randomUUID())
  for (let job = 0; job < jobs; job++) await queue.send(message(ids[job % tenants] ?? '', job % tenants))
  await postgres.resetStatements()
  const began = performance.now()
  let lastAt = began
  const source = openEventSource({
    client: queue.client,
    queueUrl: queue.url,
    queueArn: queue.arn,
    region: queue.region,
    invoke: fleet.invoke,
    concurrency,
    waitSeconds: 0.2,
    onInvocation() {
      lastAt = performance.now()
    },
  })
  await source.idle()
  const counted = await postgres.statements(database)
  await source.close()
  await fleet.close()
  await queue.close()
  const [counts] = await database.query<{ completed: number; rows: number }>(
    `select (select count(*)::int from sync_jobs where status = 'completed') as completed, (select count(*)::int from customers) as rows`,
  )
  await database.drop()
  const rows = Math.min(jobs, tenants) * customers
  const complete = counts?.completed === jobs && counts.rows === rows
  return {
    perSecond: (jobs / (lastAt - began)) * 1_000,
    statements: (counted?.all ?? Number.NaN) / jobs,
    control: (counted?.transactionControl ?? Number.NaN) / jobs,
    problem: complete
      ? null
      : `incomplete: ${counts?.completed} of ${jobs} jobs completed, ${counts?.rows} of ${rows} rows`,
  }
}

function message(tenantId: string, tenant: number): string {
  return JSON.stringify({
    jobId: randomUUID(),
    tenantId,
    providerName: 'stripe',
    accessToken: `sk_live_tenant${tenant}`,
    additionalData: { resources: ['customers'] },
  })
}
