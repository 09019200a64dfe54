import { randomUUID } from 'node:crypto'
import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { dueAfter, jobIdFor, type ScheduleKey } from '../../src/schedule/beat.ts'
import { openTransport } from '../../test/faults/transports/transport.ts'
import { quantile } from './report.ts'
import { openTransportBench, startContainer } from './transports/env.ts'

/*
 * Schedules, real: two containers tick and work on a queue in Postgres. Tenants have a job every five minutes, as many as
 * 10,000 tenants with one an hour would have.
 *   node --import tsx bench/scale/schedules-real.ts [MINUTES]
 */
const minutes = Number(process.argv[2] ?? 6)
const everySeconds = 300
const tenants = Math.round((10_000 * everySeconds) / 3_600)
const customers = 20

const bench = await openTransportBench()
const transport = await openTransport.postgres()
const [queue, database, stripe] = await Promise.all([
  transport.openQueue(),
  bench.freshDatabase(),
  bench.openStripe(customers),
])
const schedules = Array.from({ length: tenants }, () => {
  const tenantId = randomUUID()
  const reference = `acct_${tenantId.replaceAll('-', '').slice(0, 16)}`
  const resources = ['customers']
  const key: ScheduleKey = {
    tenantId,
    provider: 'stripe',
    account: null,
    reference,
    syncType: 'incremental',
    resources,
    everySeconds,
  }
  return { id: randomUUID(), key, next: dueAfter(key, new Date(Date.now() + 20_000)) }
})
await database.query(
  `insert into sync_schedules (id, tenant_id, provider, reference, resources, every_seconds, next_at)
   select id, tenant, 'stripe', reference, '{customers}', $5, next
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as planted (id, tenant, reference, next)`,
  [
    schedules.map(({ id }) => id),
    schedules.map(({ key }) => key.tenantId),
    schedules.map(({ key }) => key.reference),
    schedules.map(({ next }) => next),
    everySeconds,
  ],
)
const shared = { bundle: bench.bundle, databaseUrl: database.url, stripeUrl: stripe.url, queue }
const settings = { Worker__Concurrency: '5' }
const containers = await Promise.all([startContainer({ ...shared, settings }), startContainer({ ...shared, settings })])
await delay(minutes * 60_000)
await Promise.all(containers.map((container) => container.end('SIGTERM')))
const jobs = await database.query<{ id: string; tenant_id: string; status: string; started_at: Date }>(
  `select id, tenant_id, status, started_at from sync_jobs`,
)
const byTenant = new Map(schedules.map((schedule) => [schedule.key.tenantId, schedule]))
const delays = jobs.map(({ id, tenant_id: tenant, started_at: started }) => {
  const schedule = byTenant.get(tenant)
  if (!schedule) throw new Error(`a job of no schedule: ${id}`)
  const due = dueAfter(schedule.key, new Date(started.getTime() - everySeconds * 1_000))
  if (jobIdFor(schedule.id, due) !== id) throw new Error(`job ${id} was not due at ${due.toISOString()}`)
  return (started.getTime() - due.getTime()) / 1_000
})
const sorted = Float64Array.from(delays).sort()
const [p50, p99, most] = [0.5, 0.99, 1].map((share) => `${quantile(sorted, share).toFixed(1)} s`)
const completed = jobs.filter(({ status }) => status === 'completed').length
const [load = 0] = loadavg()
console.log({ tenants, minutes, jobs: jobs.length, completed, p50, p99, most, load: load.toFixed(1) })
stripe.close()
await queue.close()
await transport.close()
await bench.close()
process.exit(0)
