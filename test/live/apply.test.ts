import { expect, test } from 'vitest'
import { changed } from './apply-setup.ts'

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

test('of two events of a second that is not over nothing is written; their messages come back when it is, the others are done', async () => {
  let now = new Date()
  const live = await changed({ now: () => now })
  live.update({ name: 'first' }, 10)
  live.update({ name: 'second' })
  const other = live.sandbox.expected('customers')[1]?.id ?? ''
  live.sandbox.update('customers', other, { name: 'other' })
  const [first, second, third] = [await live.named('first'), await live.named('second'), await live.named('other')]
  const hiddenFor = async () => (await live.apply([second, first])).later.map(({ seconds }) => seconds)
  now = new Date(first.created * 1_000 - 60_000)
  expect(await hiddenFor()).toEqual([3, 3])
  now = new Date(first.created * 1_000 + 900)
  const answer = await live.apply([first, second, third])
  expect(answer.later).toEqual([first, second].map(({ id }) => ({ messageId: id, seconds: 2 })))
  expect(answer).toMatchObject({ committed: [third.id], counts: { received: 1, applied: 1, retrieved: 0 } })
  expect(await live.stored()).toEqual([])
  now = new Date(first.created * 1_000 + 1_001)
  expect(await hiddenFor()).toEqual([1, 1])
  now = new Date(first.created * 1_000 + 2_000)
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
