import { setTimeout as sleep } from 'node:timers/promises'
import type { Applied, LiveEvent, Route } from '../../src/live/live-event.ts'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'
import { createFractions } from '../sync/fractions.ts'
import { eventsOf, liveEvent, type StripeEvent } from './stripe-event.ts'

/* Events out of order and twice, in several lanes, while full jobs of the same account run: is every row the provider's? */

interface RaceOptions {
  readonly seed: number
  /** Seconds for which objects change. */
  readonly seconds: number
  readonly sandbox: Sandbox
  readonly route: Route
  apply(events: readonly LiveEvent[]): Promise<Applied>
  /** Runs a full job of the account to its end. */
  job(): Promise<void>
  query(text: string, values?: unknown[]): Promise<readonly Record<string, unknown>[]>
}

export interface RaceResult {
  readonly events: number
  readonly deliveries: number
  readonly jobs: number
  /** Batches that failed and were delivered again. */
  readonly failures: readonly string[]
  readonly tied: number
  readonly retrieved: number
  readonly compared: number
  readonly stale: readonly string[]
}

const lanes = 5
const batchSize = 10
/** Changes a second. Twenty-five customers have half of them, so that many seconds have several events of one object. */
const rate = 120
const compared = ['customers', 'invoices', 'subscriptions'] as const

export async function race(options: RaceOptions): Promise<RaceResult> {
  const { sandbox, apply, job, seconds } = options
  const random = createFractions(options.seed)
  const queue: { readonly at: number; readonly event: StripeEvent }[] = []
  const known = new Set<string>()
  const failures: string[] = []
  const sums = { deliveries: 0, jobs: 0, tied: 0, retrieved: 0 }
  const phase = { isChanging: true, isPolling: true, isRunning: true }
  const deliverLater = (event: StripeEvent, ms: number) => queue.push({ at: Date.now() + ms, event })
  let since = sandbox.now() - 1
  const poll = async () => {
    const from = since
    since = sandbox.now() - 1
    for (const event of await eventsOf(sandbox.url, from)) {
      if (known.has(event.id)) continue
      known.add(event.id)
      const delay = () => (random() < 0.05 ? 4_000 : 400) * random()
      deliverLater(event, delay())
      if (random() < 0.1) deliverLater(event, delay())
    }
  }
  const changing = async () => {
    const change = createChanges(sandbox, random)
    const until = Date.now() + seconds * 1_000
    for (let number = 0; Date.now() < until; number++) {
      change(number)
      await sleep((2_000 / rate) * random())
    }
    phase.isChanging = false
  }
  const polling = async () => {
    while (phase.isChanging) {
      await poll()
      await sleep(40)
    }
    await poll()
    phase.isPolling = false
  }
  const syncing = async () => {
    while (phase.isPolling || sums.jobs === 0) {
      await job()
      sums.jobs++
    }
    phase.isRunning = false
  }
  const takeDue = () => {
    const due = queue.filter(({ at }) => at <= Date.now()).toSorted(() => random() - 0.5)
    const taken = due.slice(0, batchSize)
    for (const entry of taken) queue.splice(queue.indexOf(entry), 1)
    return taken.map(({ event }) => event)
  }
  const lane = async () => {
    while (phase.isRunning || queue.length > 0) {
      const events = takeDue()
      if (events.length === 0) {
        await sleep(10)
        continue
      }
      sums.deliveries += events.length
      try {
        const { later, counts } = await apply(events.map((event) => liveEvent(event)))
        sums.tied += counts.tied
        sums.retrieved += counts.retrieved
        const hidden = new Map(later.map(({ messageId, seconds }) => [messageId, seconds]))
        for (const event of events) if (hidden.has(event.id)) deliverLater(event, (hidden.get(event.id) ?? 0) * 1_000)
      } catch (error) {
        failures.push(error instanceof Error ? `${error.message} ${error.cause ?? ''}` : String(error))
        for (const event of events) deliverLater(event, 300)
      }
    }
  }
  await Promise.all([changing(), polling(), syncing(), ...Array.from({ length: lanes }, lane)])
  return { events: known.size, ...sums, failures, ...(await compare(options)) }
}

function createChanges(sandbox: Sandbox, random: () => number): (number: number) => void {
  const customers = sandbox.expected('customers').map(({ id }) => id)
  const idsOf = (resource: 'invoices' | 'subscriptions', ...states: unknown[]) =>
    sandbox
      .expected(resource)
      .filter(({ status }) => states.includes(status))
      .map(({ id }) => id)
      .slice(0, 30)
  const invoices = idsOf('invoices', 'draft', 'open')
  const subscriptions = idsOf('subscriptions', 'active')
  const any = (ids: readonly string[]) => ids[Math.floor(random() * ids.length)] ?? ''
  return (number) => {
    const kind = random()
    if (kind < 0.5) sandbox.update('customers', any(customers.slice(0, 25)), { name: `Name ${number}` })
    else if (kind < 0.75) sandbox.update('invoices', any(invoices), { description: `Text ${number}` })
    else if (kind < 0.97) sandbox.update('subscriptions', any(subscriptions), { metadata: { number: `${number}` } })
    else if (kind < 0.99) customers.push(sandbox.insert('customers', { name: `New ${number}` }).id)
    else {
      const [gone] =
        customers.length > 30 ? customers.splice(25 + Math.floor(random() * (customers.length - 25)), 1) : []
      if (gone) sandbox.remove('customers', gone)
    }
  }
}

/** Rows that are not as the provider has them. */
async function compare({ sandbox, query, route }: RaceOptions): Promise<Pick<RaceResult, 'compared' | 'stale'>> {
  const stale: string[] = []
  let count = 0
  const view = (object: Readonly<Record<string, unknown>>) =>
    JSON.stringify([object.name, object.description, Object.entries(object.metadata ?? {}).sort(), object.status])
  for (const resource of compared) {
    const truth = new Map(sandbox.expected(resource, true).map((object) => [object.id, object]))
    const rows = await query(`select id, raw, deleted_at, observed_at from ${resource} where tenant_id = $1`, [
      route.tenantId,
    ])
    const stored = new Map(rows.map((row) => [String(row.id), row]))
    for (const [id, object] of truth) {
      count++
      const row = stored.get(id)
      const raw = row?.raw as Readonly<Record<string, unknown>> | undefined
      if (!raw || row?.deleted_at || view(raw) !== view(object))
        stale.push(
          `${resource} ${id}: ${raw ? view(raw) : 'missing'} instead of ${view(object)}, observed ${row?.observed_at}`,
        )
    }
    for (const [id, row] of stored) if (!truth.has(id) && !row.deleted_at) stale.push(`${resource} ${id}: is gone`)
  }
  return { compared: count, stale }
}
