import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../../src/config/connection-string.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { customers, subscriptions } from '../../../src/db/schema.ts'
import { ownershipOf } from '../../../src/erasure/ownership.ts'
import { openQuarantine } from '../../../src/job/commit/quarantine.ts'
import { prepareRemoval } from '../../../src/job/commit/remove-unshown.ts'
import { plan } from '../../../src/job/state/checkpoint.ts'
import { noCounts } from '../../../src/job/state/progress.ts'
import { writeLive } from '../../../src/live/write-live.ts'
import { noContent, type ObservedRow } from '../../../src/sync/rows.ts'
import { openTestDatabase } from '../../support/database.ts'
import { asWorker } from '../../support/postgres.ts'

/* The last commit of a forced job, and a live write that shows a customer anew whom nothing names yet. */

const account = { tenantId: randomUUID(), provider: 'paypal', account: 'M1' }
const began = new Date('2026-11-30T12:00:00Z')
const seen = new Date('2026-11-30T11:00:00Z')
const sources = [
  { kind: 'list', name: 'subscriptions', table: subscriptions },
  {
    ...{ kind: 'list', name: 'customers', table: customers },
    ...{ derivedFrom: ['subscriptions'], namedBy: { subscriptions: 'customerId' } },
  },
]

/** `shownAt`: when the event saw the customer, whom an item of `seen` has shown. */
async function open(shownAt: Date) {
  const { query, url } = await openTestDatabase()
  const worker = await openDatabase(parseConnectionString(`${asWorker(url)}?sslmode=disable`), {
    connections: 2,
    applicationName: 'race',
  })
  onTestFinished(() => worker.close())
  await query(
    `insert into customers (tenant_id, provider, account, id, raw, observed_at, synced_at) values ($1, 'paypal', 'M1', 'person', '{"id":"person"}', $2, $2)`,
    [account.tenantId, seen],
  )
  const { within } = worker.tenant(account.tenantId)
  /** The transaction that ends the job. `beforeCommit` runs before it commits. */
  const remove = (beforeCommit: () => Promise<void> = async () => {}) =>
    within(async (tx) => {
      const slices = [{ id: 1, resource: 'subscriptions', ids: ['x'] }]
      const commit = {
        ...{ sources, resources: ['subscriptions', 'customers'], account, began },
        batch: { pages: [{ sliceId: 1, skip: null, observedAt: began }] },
        committed: { checkpoint: { ...plan([]), slices } },
      }
      const removal = await prepareRemoval(tx, commit as unknown as Parameters<typeof prepareRemoval>[1])
      const read = { ...noCounts, share: 1 }
      await removal?.({ checkpoint: plan([]), progress: { subscriptions: read, customers: read } })
      await beforeCommit()
    })
  const row = (resource: string, columns: object, observed: Partial<ObservedRow>) =>
    ({ resource, row: columns, observedAt: new Date(), ...observed }) as ObservedRow
  const shown = [
    row(
      'subscriptions',
      { id: 'S', customerId: 'person' },
      { table: subscriptions, raw: { id: 'S', subscriber: 'person' } },
    ),
    row('customers', { id: 'person' }, { table: customers, raw: { id: 'person' }, observedAt: shownAt, derived: true }),
  ]
  /** The transaction of the event. */
  const show = (beforeCommit: () => Promise<void> = async () => {}) =>
    within(async (tx) => {
      await writeLive(tx, {
        accountKey: account,
        ownership: ownershipOf([]),
        contents: [{ ...noContent, rows: shown }],
        objects: new Set(),
        quarantine: openQuarantine(),
        isAlone: false,
      })
      await beforeCommit()
    })
  const waiting = async () => {
    const [row] = await query<{ waiting: boolean }>(
      `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waiting`,
    )
    return row?.waiting
  }
  /** Runs `first` until it would commit, begins `second`, and lets `first` commit once `second` waits or is done. */
  const inOrder = async (first: typeof show, second: typeof show) => {
    let isDone = false
    let rest: Promise<void> = Promise.resolve()
    await first(async () => {
      rest = second().finally(() => {
        isDone = true
      })
      await expect.poll(async () => isDone || (await waiting())).toBe(true)
    })
    await rest
  }
  const live = async () =>
    await query(
      `select deleted_at is null as live from customers union all select deleted_at is null from subscriptions`,
    )
  return { remove, show, inOrder, live }
}

const times = { 'of the moment that is stored': seen, 'of an earlier moment': new Date(seen.getTime() - 1_000) }

test.each(Object.entries(times))(
  'a customer stays whom a live write names before a job ends: one %s',
  async (_, at) => {
    const { remove, show, inOrder, live } = await open(at)
    await inOrder(show, remove)
    expect(await live()).toEqual([{ live: true }, { live: true }])
  },
)

test.each(Object.entries(times))(
  'a customer comes back whom a live write names while a job ends: one %s',
  async (_, at) => {
    const { remove, show, inOrder, live } = await open(at)
    await inOrder(remove, show)
    expect(await live()).toEqual([{ live: true }, { live: true }])
  },
)

test('the customer goes with the job if no live write names one', async () => {
  const { remove, live } = await open(seen)
  await remove()
  expect(await live()).toEqual([{ live: false }])
})
