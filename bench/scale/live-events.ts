import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config/load.ts'
import { openDatabase } from '../../src/db/open.ts'
import { openLiveAccounts } from '../../src/live/accounts.ts'
import { applyLive } from '../../src/live/apply.ts'
import type { LiveEvent, Route } from '../../src/live/live-event.ts'
import { silentLog } from '../../src/log/log.ts'
import { openProviders } from '../../src/providers/index.ts'
import { openSandbox } from '../../src/sandbox/stripe/index.ts'
import { providerSettings } from '../../src/worker.ts'
import { eventsOf, liveEvent, type StripeEvent } from '../../test/live/stripe-event.ts'
import { openSqsWorker } from '../../test/support/sqs-worker.ts'
import { type Database, openPostgres } from '../postgres.ts'
import { replaceGenerated } from './generated.ts'
import { quantile } from './report.ts'
import { contextOf, eventOf } from './scale-env.ts'

/*
 * What applying live events costs, without the queue: events of a simulated account on a durable Postgres, each lane with a
 * batch at a time. The second pass brings the same events again, and must write no row.
 *   node --import tsx bench/scale/live-events.ts [--customers 2000] [--events 10000] [--batch 100] [--write]
 * `--write` replaces the table in docs/performance.md.
 */
const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '2000' },
    events: { type: 'string', default: '10000' },
    /** Only cases with so many events a batch. */
    batch: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const route: Route = { tenantId, provider: 'stripe', account: 'acct_sandbox', state: 'active', reference: null }
const everyCase: readonly (readonly [batch: number, lanes: number])[] = [
  [1, 1],
  [10, 1],
  [100, 1],
  [100, 2],
]
const cases = everyCase.filter(([batch]) => values.batch === undefined || batch === Number(values.batch))

const sandbox = await openSandbox({
  customers: Number(values.customers),
  limits: 'none',
  olderEvents: 0,
  now: Date.UTC(2024, 0, 1) / 1_000,
})
const postgres = await openPostgres(null)
try {
  const lines = [
    '| batch × lanes | pass | events/s | client CPU an event | Postgres CPU an event | a batch: p50 | p99 | events that wrote |',
    '| --- | --- | --: | --: | --: | --: | --: | --: |',
  ]
  const first = await openLane(await postgres.freshDatabase('worker'))
  await first.sync()
  const events = await makeEvents()
  console.log(`${events.length} events, each the only one of its object in its second`)
  await first.close()
  for (const [batch, lanes] of cases) {
    const lane = await openLane(await postgres.freshDatabase('worker'))
    for (const pass of ['first', 'again']) {
      lines.push(await measure(lane, events, { batch, lanes, pass }))
      console.log(lines.at(-1))
    }
    await lane.close()
  }
  const table = lines.join('\n')
  if (values.write) replaceGenerated('docs/performance.md', 'live', table)
} finally {
  await postgres.close()
  await sandbox.close()
}

/** Events of simulated days, without those that share a second with another of their object: those cost a request. */
async function makeEvents(): Promise<readonly StripeEvent[]> {
  const since = sandbox.now()
  // Each round reads all events again.
  const days = Math.ceil(Number(values.events) / 10_000)
  for (let seed = 1; ; seed++) {
    sandbox.simulate(days, { seed, perDay: 400 })
    const all = await eventsOf(sandbox.url, since)
    const moment = ({ created, data }: StripeEvent) =>
      `${created} ${String(data.object.object)} ${String(data.object.id)}`
    const counts = new Map<string, number>()
    for (const event of all) counts.set(moment(event), (counts.get(moment(event)) ?? 0) + 1)
    const single = all.filter((event) => counts.get(moment(event)) === 1)
    if (single.length >= Number(values.events) || seed >= 300) return single.slice(0, Number(values.events))
  }
}

async function openLane(database: Database) {
  const environment = {
    ConnectionStrings__DefaultConnection: database.url,
    Stripe__ApiKey: 'sk_live_sandbox',
    Stripe__ApiBase: sandbox.url,
  }
  const config = readConfig({ environment, file: undefined })
  const opened = await openDatabase(config.database, { connections: 4, applicationName: 'live' })
  const provider = await openProviders(providerSettings(config))
  const now = () => new Date()
  const ceiling = { take: async () => {}, block: () => {} }
  const common = { tenant: opened.tenant, clock: systemClock, now }
  const accounts = openLiveAccounts({ provider, accessToken: async () => 'sk_live_sandbox', ceiling, ...common })
  const deps = { accounts, requestIncremental: async () => {}, log: silentLog, ...common }
  return {
    apply: (events: readonly LiveEvent[]) => applyLive(route, events, deps),
    async sync() {
      const worker = await openSqsWorker(config, { log: silentLog, name: 'bench' })
      const request = { jobId: randomUUID(), tenantId, providerName: 'stripe', accessToken: 'sk_live_sandbox' }
      await worker.handle(eventOf({ ...request, additionalData: { syncType: 'full' } }), contextOf())
      await worker.close()
    },
    async close() {
      accounts.close()
      await opened.close()
      await database.drop()
    },
  }
}

async function measure(
  { apply }: Awaited<ReturnType<typeof openLane>>,
  events: readonly StripeEvent[],
  { batch, lanes, pass }: { readonly batch: number; readonly lanes: number; readonly pass: string },
): Promise<string> {
  const batches: (readonly StripeEvent[])[] = []
  for (let at = 0; at < events.length; at += batch) batches.push(events.slice(at, at + batch))
  const took: number[] = []
  let applied = 0
  const work = async () => {
    for (let some = batches.shift(); some; some = batches.shift()) {
      const began = performance.now()
      applied += (await apply(some.map((event) => liveEvent(event)))).counts.applied
      took.push(performance.now() - began)
    }
  }
  const [cpu, server, began] = [process.cpuUsage(), postgres.cpuMs(), performance.now()]
  await Promise.all(Array.from({ length: lanes }, work))
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  const times = Float64Array.from(took).sort()
  const each = (milliseconds: number) => `${(milliseconds / events.length).toFixed(2)} ms`
  const cells = [
    `${batch} × ${lanes}`,
    pass,
    Math.round((events.length / ms) * 1_000),
    each((user + system) / 1_000),
    each(postgres.cpuMs() - server),
    ...[0.5, 0.99].map((share) => `${quantile(times, share).toFixed(0)} ms`),
    applied,
  ]
  return `| ${cells.join(' | ')} |`
}
