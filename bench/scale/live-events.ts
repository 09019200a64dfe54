import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { sql } from 'drizzle-orm'
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
 * batch at a time. The second pass brings the same events again, and must write no row. Beyond 10,000 events the simulated
 * ones come again as later changes of the same objects, since the simulation itself would take hours.
 *   node --import tsx bench/scale/live-events.ts [--customers 2000] [--events 10000] [--batch 100] [--write]
 * `--write` replaces the table in docs/performance.md.
 */
const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '2000' },
    events: { type: 'string', default: '10000' },
    /** Only the cases with batches of this size. */
    batch: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})

const compared = { customer: 'customers', invoice: 'invoices', subscription: 'subscriptions' }
const idOf = ({ data }: StripeEvent) => String(data.object.id)

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const route: Route = { tenantId, provider: 'stripe', account: 'acct_sandbox', state: 'active', reference: null }
/** Events that are simulated. */
const simulatedAtMost = 10_000
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
  const objects = new Set(events.map(({ data }) => `${data.object.object} ${data.object.id}`)).size
  console.log(`of ${objects} objects`)
  for (const [batch, lanes] of cases) {
    const lane = await openLane(await postgres.freshDatabase('worker'))
    for (const pass of ['first', 'again']) {
      lines.push(await measure(lane, events, { batch, lanes, pass }))
      console.log(lines.at(-1))
    }
    console.log(await lane.compare(events))
    await lane.close()
  }
  const table = lines.join('\n')
  if (values.write) replaceGenerated('docs/performance.md', 'live', table)
} finally {
  await postgres.close()
  await sandbox.close()
}

async function makeEvents(): Promise<readonly StripeEvent[]> {
  const wanted = Number(values.events)
  const simulated = await simulateEvents(Math.min(wanted, simulatedAtMost))
  const seconds = 1 + (simulated.at(-1)?.created ?? 0) - (simulated[0]?.created ?? 0)
  const lasting = simulated.filter(({ type }) => !type.endsWith('.deleted'))
  const events = [...simulated]
  for (let round = 1; events.length < wanted; round++)
    events.push(...lasting.map((event) => laterChange(event, { round, seconds: round * seconds })))
  return events.slice(0, wanted)
}

/** The event of a later change of the object. */
function laterChange(event: StripeEvent, { round, seconds }: { round: number; seconds: number }): StripeEvent {
  const object = { ...event.data.object, metadata: { round: `${round}` } }
  return { ...event, id: `${event.id}_${round}`, created: event.created + seconds, data: { ...event.data, object } }
}

/** Events of simulated days, without those that share a second with another of their object: those cost a request. */
async function simulateEvents(wanted: number): Promise<readonly StripeEvent[]> {
  const since = sandbox.now()
  // Each round reads all events again.
  const days = Math.ceil(wanted / 10_000)
  for (let seed = 1; ; seed++) {
    sandbox.simulate(days, { seed, perDay: 400 })
    const all = await eventsOf(sandbox.url, since)
    const moment = ({ created, data }: StripeEvent) =>
      `${created} ${String(data.object.object)} ${String(data.object.id)}`
    const counts = new Map<string, number>()
    for (const event of all) counts.set(moment(event), (counts.get(moment(event)) ?? 0) + 1)
    const single = all.filter((event) => counts.get(moment(event)) === 1)
    if (single.length >= wanted || seed >= 300) return single.slice(0, wanted)
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
    /** Compares the rows of customers, invoices and subscriptions with the latest event of each. */
    async compare(events: readonly StripeEvent[]): Promise<string> {
      let [equal, all] = [0, 0]
      for (const [object, table] of Object.entries(compared)) {
        const latest = new Map(
          events.filter(({ data }) => data.object.object === object).map((event) => [idOf(event), event]),
        )
        const { rows } = await opened
          .tenant(tenantId)
          .read((tx) => tx.execute(sql.raw(`select id, raw, deleted_at from ${table}`)))
        const stored = new Map(rows.map((row) => [row.id, row]))
        all += latest.size
        for (const [id, { type, data }] of latest) {
          const row = stored.get(id)
          // A subscription that was canceled stays.
          const isDeleted = type.endsWith('.deleted') && object !== 'subscription'
          if (isDeleted ? row?.deleted_at : isDeepStrictEqual(row?.raw, data.object)) equal++
        }
      }
      return `rows as their latest event says: ${equal} of ${all}`
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
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const began = performance.now()
      applied += (await apply(batch.map((event) => liveEvent(event)))).counts.applied
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
