import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Database } from '../../src/db/open.ts'
import { applyLive } from '../../src/live/apply.ts'
import type { LiveDeps } from '../../src/live/live-deps.ts'
import { Unsettled } from '../../src/live/write-live.ts'
import { liveSetup } from './live-setup.ts'
import { liveEvent } from './stripe-event.ts'

const lost = new Unsettled({ tied: new Set(), isRaced: true })

/** Applies one event of a customer. `after` runs in each transaction, when it has written and before it is committed. */
async function applying(after: (tx: Database) => Promise<void>) {
  const live = await liveSetup({ sandbox: { customers: 5, olderEvents: 0 } })
  const [customer] = live.sandbox.expected('customers')
  live.sandbox.advance(10)
  live.sandbox.update('customers', String(customer?.id), { name: 'now' })
  const event = (await live.events()).at(-1)
  if (!event) throw new Error('there is no event')
  live.sandbox.advance(10)
  const tenant: LiveDeps['tenant'] = (id) => ({
    ...live.deps.tenant(id),
    within: (work) =>
      live.deps.tenant(id).within(async (tx) => {
        const result = await work(tx)
        await after(tx)
        return result
      }),
  })
  const apply = (deps: LiveDeps) => applyLive(live.route, [liveEvent(event)], deps)
  return { event, disturbed: () => apply({ ...live.deps, tenant }), undisturbed: () => apply(live.deps) }
}

test('events whose rows other transactions change at every try come again a second later, and are no failure', async () => {
  const { event, disturbed, undisturbed } = await applying(async (tx) => {
    const { rows } = await tx.execute(sql`select from customers`)
    if (rows.length > 0) throw lost
  })
  expect(await disturbed()).toMatchObject({
    committed: [],
    later: [{ messageId: event.id, seconds: 1 }],
    counts: { received: 0, applied: 0 },
  })
  expect(await undisturbed()).toMatchObject({ committed: [event.id], later: [], counts: { applied: 1 } })
})

test('a batch that lost a race is written while no other live write of its account runs', async () => {
  const locks: Record<string, unknown>[][] = []
  const { disturbed } = await applying(async (tx) => {
    const { rows } = await tx.execute(sql`select mode, classid, objid from pg_locks
      where locktype = 'advisory' and pid = pg_backend_pid() and granted order by mode`)
    locks.push(rows)
    if (locks.length === 1) throw lost
  })
  await disturbed()
  const [first = [], second = []] = locks
  expect(first).toMatchObject([{ mode: 'ShareLock' }, { mode: 'ShareLock' }])
  expect(second).toMatchObject([{ mode: 'ExclusiveLock' }, { mode: 'ShareLock' }])
  // The lock that the first try shared.
  expect(first).toContainEqual({ ...second[0], mode: 'ShareLock' })
})
