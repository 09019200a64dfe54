import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { applyLive } from '../../src/live/apply.ts'
import type { LiveDeps } from '../../src/live/live-deps.ts'
import type { LiveEvent } from '../../src/live/live-event.ts'
import { liveSetup } from './live-setup.ts'
import { liveEvent, type StripeEvent } from './stripe-event.ts'

const start = Date.UTC(2026, 9, 1) / 1_000

/** A few objects that change in October, while the machine's clock says what it says. */
async function changed(options: Parameters<typeof liveSetup>[0] = {}) {
  const live = await liveSetup({ sandbox: { customers: 5, now: start, olderEvents: 0 }, ...options })
  const [customer] = live.sandbox.expected('customers')
  const id = customer?.id ?? ''
  const update = (fields: Readonly<Record<string, unknown>>, seconds = 0) => {
    live.sandbox.advance(seconds)
    live.sandbox.update('customers', id, fields)
  }
  const stored = () =>
    live.query(`select raw ->> 'name' as name, observed_at, deleted_at from customers where id = $1`, [id])
  const latest = async (count: number): Promise<StripeEvent[]> => (await live.events()).slice(-count)
  const count = async () =>
    (
      await live.query(
        `select sum(received)::int as received, sum(applied)::int as applied, sum(unchanged)::int as unchanged,
        sum(tied)::int as tied, sum(retrieved)::int as retrieved, sum(rejected)::int as rejected, sum(skipped)::int as skipped
        from sync_event_counts where tenant_id = $1`,
        [live.tenantId],
      )
    )[0]
  /** The event that brought this name. */
  const named = async (name: string): Promise<StripeEvent> => {
    const event = (await live.events()).find(({ data }) => data.object.name === name)
    if (!event) throw new Error(`no event has ${name}`)
    return event
  }
  return { ...live, id, update, stored, latest, named, count }
}

test('an event is written without a job, and counted; a second time it changes nothing', async () => {
  const { apply, update, stored, latest, count, query } = await changed()
  update({ name: 'Ada' }, 10)
  const [event] = await latest(1)
  const answer = await apply([event!])
  expect(answer).toMatchObject({ committed: [event!.id], later: [], deadLettered: [] })
  expect(answer.counts).toMatchObject({ received: 1, applied: 1, unchanged: 0, retrieved: 0 })
  expect(await stored()).toEqual([{ name: 'Ada', observed_at: new Date(event!.created * 1_000), deleted_at: null }])
  expect((await apply([event!])).counts).toMatchObject({ received: 1, applied: 0, unchanged: 1 })
  expect(await count()).toMatchObject({ received: 2, applied: 1, unchanged: 1 })
  expect(await query('select count(*)::int as jobs from sync_jobs')).toEqual([{ jobs: 0 }])
})

test('an event of a price fetches what only a request shows, and is one event in the counts', async () => {
  const { apply, sandbox, events, query, count } = await changed()
  const [price] = sandbox.expected('prices')
  const options = { eur: { unit_amount: 900 } }
  sandbox.advance(10)
  sandbox.update('prices', String(price?.id), { nickname: 'new', currency_options: options })
  sandbox.advance(10)
  // The plan that shows the price has an event of its own.
  const event = (await events()).find(({ data }) => data.object.object === 'price')
  expect((await apply([event!])).committed).toEqual([event!.id])
  expect(await query(`select nickname from prices`)).toEqual([{ nickname: 'new' }])
  expect(await query(`select id, currency_options from price_options`)).toEqual([
    { id: price?.id, currency_options: options },
  ])
  expect(await count()).toMatchObject({ received: 1, applied: 1, retrieved: 1 })
})

test('events in any order leave the latest state', async () => {
  const { apply, update, stored, latest } = await changed()
  for (const name of ['one', 'two', 'three']) update({ name }, 10)
  const [first, two, three] = await latest(3)
  await apply([two!])
  await apply([three!, first!])
  await apply([two!, first!])
  expect(await stored()).toMatchObject([{ name: 'three' }])
})

test('of two events of one second in two messages the object is fetched, once the second is over', async () => {
  const { apply, update, stored, named, sandbox } = await changed()
  update({ name: 'first' }, 10)
  update({ name: 'second' })
  const [first, second] = [await named('first'), await named('second')]
  await apply([second])
  sandbox.advance(10)
  const before = sandbox.stats().requests
  const answer = await apply([first])
  expect(answer).toMatchObject({ committed: [first.id], later: [], counts: { tied: 1, retrieved: 1 } })
  expect(sandbox.stats().requests - before).toBe(1)
  const [row] = await stored()
  expect(row).toMatchObject({ name: 'second' })
  // Just before the second of the request, which is after the second of both events.
  const observedAt = new Date(String(row?.observed_at)).getTime()
  expect(observedAt).toBeGreaterThan(first.created * 1_000 + 1_000)
  expect(await apply([second])).toMatchObject({ counts: { tied: 0, retrieved: 0 } })
})

test('of two events of a second that is not over nothing is written; their messages come back, the others are done', async () => {
  let now = new Date()
  const live = await changed({ now: () => now })
  live.update({ name: 'first' }, 10)
  live.update({ name: 'second' })
  const other = live.sandbox.expected('customers')[1]?.id ?? ''
  live.sandbox.update('customers', other, { name: 'other' })
  const [first, second, third] = [await live.named('first'), await live.named('second'), await live.named('other')]
  now = new Date(first.created * 1_000 + 900)
  const answer = await live.apply([first, second, third])
  expect(answer.later).toEqual([first, second].map(({ id }) => ({ messageId: id, seconds: 3 })))
  expect(answer).toMatchObject({ committed: [third.id], counts: { received: 1, applied: 1, retrieved: 0 } })
  expect(await live.stored()).toEqual([])
  now = new Date(first.created * 1_000 + 3_900)
  live.sandbox.advance(3)
  expect(await live.apply([second, first])).toMatchObject({
    later: [],
    counts: { applied: 1, tied: 2, retrieved: 1 },
  })
  expect(await live.stored()).toMatchObject([{ name: 'second' }])
})

test('a deletion stays, though the creation comes after it', async () => {
  const { apply, sandbox, latest, query } = await changed()
  sandbox.advance(10)
  const { id } = sandbox.insert('customers', { name: 'short' })
  sandbox.advance(10)
  sandbox.remove('customers', id)
  const [created, gone] = await latest(2)
  expect((await apply([gone!])).counts).toMatchObject({ applied: 1 })
  expect((await apply([created!])).counts).toMatchObject({ applied: 0, unchanged: 1 })
  expect(await query('select deleted_at is not null as gone from customers where id = $1', [id])).toEqual([
    { gone: true },
  ])
})

test('an event in an older version of the API is fetched; without a key a job is asked for instead', async () => {
  const { apply, update, latest, stored, requested } = await changed()
  update({ name: 'now' }, 10)
  const [event] = await latest(1)
  expect(await apply([{ ...event!, api_version: '2019-12-03' }])).toMatchObject({
    counts: { retrieved: 1, applied: 1 },
  })
  expect(await stored()).toMatchObject([{ name: 'now' }])
  expect(requested).toEqual([])
})

test('without a key an event in the pinned version is written; for one that must be fetched a job is asked for', async () => {
  const { apply, update, latest, stored, requested } = await changed({ accessToken: null })
  update({ name: 'one' }, 10)
  update({ name: 'two' }, 10)
  const [first, two] = await latest(2)
  await apply([first!])
  expect(requested).toEqual([])
  expect(await apply([{ ...two!, api_version: '2019-12-03' }])).toMatchObject({ committed: [two!.id], later: [] })
  expect(requested).toEqual(['no key to fetch objects with'])
  expect(await stored()).toMatchObject([{ name: 'one' }])
})

test('an event of a paused account, or of what is not stored, is acknowledged and counted as skipped', async () => {
  const { apply, update, latest, stored } = await changed()
  update({ name: 'now' }, 10)
  const [event] = await latest(1)
  expect(await apply([event!], { state: 'paused' })).toMatchObject({ committed: [event!.id], counts: { skipped: 1 } })
  const unknown = { ...event!, data: { object: { id: 'x_1', object: 'no such object' } } }
  expect(await apply([unknown])).toMatchObject({ committed: [event!.id], counts: { received: 1, skipped: 1 } })
  expect(await stored()).toEqual([])
})

test('an object that Postgres refuses is put aside, and the others of its batch are written', async () => {
  const { sandbox, named, query, route, deps } = await changed()
  sandbox.advance(10)
  for (const name of ['good', 'bad']) sandbox.insert('customers', { name })
  const [good, bad] = [await named('good'), await named('bad')]
  const refused = liveEvent(bad, (text) => text.replace('"bad"', '"bad","extra":1e400000'))
  const answer = await applyLive(route, [liveEvent(good), refused], deps)
  expect(answer).toMatchObject({ committed: [good.id, bad.id], counts: { applied: 1, rejected: 1 } })
  const putAside = { item_key: bad.data.object.id, code: '22003' }
  expect(await query('select item_key, code from sync_rejects')).toEqual([putAside])
  const mended = liveEvent({ ...bad, created: bad.created + 1 })
  expect((await applyLive(route, [mended], deps)).counts).toMatchObject({ applied: 1 })
  expect(await query('select item_key from sync_rejects')).toEqual([])
})

test('an event that claims to be from the future does not outlive what comes after it', async () => {
  const { apply, update, latest, stored, sandbox } = await changed({ now: () => new Date(Date.now() + 4_000) })
  update({ name: 'claimed' }, 10)
  const [event] = await latest(1)
  const now = Math.floor(Date.now() / 1_000)
  sandbox.advance(now - sandbox.now())
  await apply([{ ...event!, created: now + 86_400 }])
  const [row] = await stored()
  expect(new Date(String(row?.observed_at)).getTime()).toBeLessThan((now + 400) * 1_000)
})

test('a tenant that was erased gets no row, and its events are acknowledged', async () => {
  const { apply, update, latest, stored, query, tenantId } = await changed()
  update({ name: 'now' }, 10)
  await query('insert into erased_tenants (tenant_id) values ($1)', [tenantId])
  const [event] = await latest(1)
  expect(await apply([event!])).toMatchObject({ committed: [event!.id], later: [] })
  expect(await stored()).toEqual([])
})

test('beyond five requests in a second the messages of the rest come back later', async () => {
  const { sandbox, events, route, deps } = await changed({ sandbox: { customers: 40, now: start, olderEvents: 0 } })
  sandbox.advance(10)
  for (const { id } of sandbox.expected('customers').slice(0, 40)) sandbox.update('customers', id, { name: 'new' })
  const thin = (await events()).slice(-40).map((event): LiveEvent => {
    const live = liveEvent(event)
    return { ...live, change: live.change && { ...live.change, item: null } }
  })
  const answer = await applyLive(route, thin, deps)
  expect(answer.later.length).toBeGreaterThan(10)
  expect(answer.committed.length + answer.later.length).toBe(40)
  expect(answer.counts.retrieved).toBeLessThan(20)
  expect(answer.counts).toMatchObject({ received: answer.committed.length, applied: answer.committed.length })
})

/** Counts the transactions. */
function countingTries(open: LiveDeps['tenant']) {
  let tries = 0
  const tenant: LiveDeps['tenant'] = (id) => {
    const database = open(id)
    return {
      ...database,
      within: (work) => {
        tries++
        return database.within(work)
      },
    }
  }
  return { tenant, tries: () => tries }
}

test('a batch that loses a deadlock is written by the next try, and nothing is lost', async () => {
  const live = await changed()
  const ids = live.sandbox
    .expected('customers')
    .map(({ id }) => id)
    .toSorted()
  const [first = '', , last = ''] = ids
  const rename = async (name: string) => {
    live.sandbox.advance(10)
    for (const id of [first, last]) live.sandbox.update('customers', id, { name })
    return live.latest(2)
  }
  await live.apply(await rename('before'))
  const events = await rename('after')
  const other = new pg.Client({ connectionString: live.url })
  await other.connect()
  onTestFinished(() => other.end())
  // Of two that wait for each other, the one that looks first loses. This one never looks.
  await other.query(`set deadlock_timeout = '60s'`)
  await other.query('begin')
  await other.query('update customers set synced_at = now() where id = $1', [last])
  const { tenant, tries } = countingTries(live.deps.tenant)
  const applying = applyLive(
    live.route,
    events.map((event) => liveEvent(event)),
    { ...live.deps, tenant },
  )
  const waits = `select 1 from pg_stat_activity where application_name like 'live test%' and wait_event_type = 'Lock'`
  await vi.waitFor(async () => expect(await live.query(waits)).toHaveLength(1), { timeout: 10_000, interval: 10 })
  await other.query('update customers set synced_at = now() where id = $1', [first])
  await other.query('commit')
  expect(await applying).toMatchObject({ later: [], counts: { received: 2, applied: 2 } })
  expect(tries()).toBeGreaterThan(1)
  const names = await live.query(`select raw ->> 'name' as name from customers where id = any($1)`, [[first, last]])
  expect(names).toEqual([{ name: 'after' }, { name: 'after' }])
})

test('while the provider answers 429 the message waits, and is applied once it answers', async () => {
  const blocked: (number | undefined)[] = []
  const ceiling = { take: async () => {}, block: (_: string, ms?: number) => void blocked.push(ms) }
  const { apply, update, latest, stored, sandbox, requested, count } = await changed({ ceiling })
  update({ name: 'now' }, 10)
  const [event] = await latest(1)
  const older = { ...event!, api_version: '2019-12-03' }
  const heal = sandbox.fail({ path: /^\/v1\/customers\//, kind: 'rate-limited', reason: 'global-rate', retryAfter: 7 })
  expect(await apply([older])).toMatchObject({
    committed: [],
    later: [{ messageId: event!.id, seconds: 7 }],
    counts: { received: 0, applied: 0 },
  })
  expect({ blocked, requested, stored: await stored() }).toEqual({ blocked: [7_000], requested: [], stored: [] })
  heal()
  expect(await apply([older])).toMatchObject({ committed: [event!.id], later: [], counts: { applied: 1 } })
  expect(await stored()).toMatchObject([{ name: 'now' }])
  expect(await count()).toMatchObject({ received: 1, applied: 1 })
})

test('a row that another transaction changes after the look at it is read again, and its event is not lost', async () => {
  const live = await changed()
  live.update({ name: 'before' }, 10)
  await live.apply(await live.latest(1))
  live.update({ name: 'now' }, 10)
  const [event] = await live.latest(1)
  live.sandbox.advance(10)
  const rival = new pg.Client({ connectionString: live.url })
  await rival.connect()
  onTestFinished(() => rival.end())
  await rival.query('begin')
  await rival.query(`update customers set raw = '{}', raw_sha256 = null, observed_at = $1 where id = $2`, [
    new Date(event!.created * 1_000),
    live.id,
  ])
  const applying = live.apply([event!])
  const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  await vi.waitFor(async () => expect(await live.query(waits)).toHaveLength(1), { timeout: 10_000, interval: 10 })
  await rival.query('commit')
  // By then there are two snapshots of one second, so that the object is fetched.
  expect(await applying).toMatchObject({ committed: [event!.id], later: [], counts: { tied: 1, retrieved: 1 } })
  expect(await live.stored()).toMatchObject([{ name: 'now' }])
})

test('a row that another transaction locks for longer than a statement waits is written by the next try', async () => {
  const live = await changed()
  live.update({ name: 'before' }, 10)
  await live.apply(await live.latest(1))
  live.update({ name: 'now' }, 10)
  const [event] = await live.latest(1)
  const rival = new pg.Client({ connectionString: live.url })
  await rival.connect()
  onTestFinished(() => rival.end())
  await rival.query('begin')
  await rival.query('select 1 from customers where id = $1 for update', [live.id])
  const { tenant, tries } = countingTries(live.deps.tenant)
  const applying = applyLive(live.route, [liveEvent(event!)], { ...live.deps, tenant })
  // The first has ended with 55P03 when the second begins.
  await vi.waitFor(() => expect(tries()).toBe(2), { timeout: 30_000 })
  await rival.query('rollback')
  expect(await applying).toMatchObject({ committed: [event!.id], later: [], counts: { applied: 1 } })
  expect(await live.stored()).toMatchObject([{ name: 'now' }])
})
