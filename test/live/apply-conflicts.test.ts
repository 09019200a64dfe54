import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { applyLive } from '../../src/live/apply.ts'
import type { LiveDeps } from '../../src/live/live-deps.ts'
import type { LiveEvent } from '../../src/live/live-event.ts'
import { changed, start } from './apply-setup.ts'
import { liveEvent } from './stripe-event.ts'

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
  await vi.waitFor(async () => expect(await live.query(waits)).toHaveLength(1), { timeout: 120_000, interval: 10 })
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
  await vi.waitFor(async () => expect(await live.query(waits)).toHaveLength(1), { timeout: 120_000, interval: 10 })
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
  await vi.waitFor(() => expect(tries()).toBe(2), { timeout: 120_000 })
  await rival.query('rollback')
  expect(await applying).toMatchObject({ committed: [event!.id], later: [], counts: { applied: 1 } })
  expect(await live.stored()).toMatchObject([{ name: 'now' }])
})
