import { expect, test } from 'vitest'
import { customers as table } from '../../src/db/schema.ts'
import { eventsBefore, planFull, planIncremental, unsettledSearches } from '../../src/job/plan.ts'
import type { ChangeSource } from '../../src/provider/contract.ts'
import { clockTolerance } from '../../src/sync/observed-at.ts'

const day = 86_400
const second = 1_790_000_000
const now = (second + 60) * 1_000
const created = { field: 'created' }
const feed: ChangeSource = {
  keptDays: 30,
  announced: ['customers'],
  list: () => Promise.reject(new Error('not asked')),
  read: () => null,
}
const at = (seconds: number) => ({ second: seconds, refusedSince: null })
const windowsOf = ({ slices }: ReturnType<typeof planIncremental>) =>
  slices.map(({ resource, by = 'created', query, window }) => [resource, by, query.from, window.from])

test('a full job reads no resource that others show, and knows its own history', () => {
  const resources = [
    { name: 'orders', createdFilter: { field: 'created', historyDays: 60 } },
    { name: 'buyers', derivedFrom: ['orders'] },
  ]
  const planned = planFull(resources, { now, note: 'why' })
  expect(planned.slices.map(({ resource, window }) => [resource, window.from])).toEqual([
    ['orders', second + 60 - 60 * day],
  ])
  expect(planned).toMatchObject({
    note: 'why',
    resources: ['orders', 'buyers'],
    history: { orders: second + 60 - 60 * day },
  })
})

test('a resource that others show is not read, and they are read from the beginning if it has no cursor', () => {
  const resources = [
    { name: 'orders', createdFilter: created },
    { name: 'refunds', createdFilter: created },
    { name: 'buyers', derivedFrom: ['orders'] },
  ]
  const known = { orders: at(second), refunds: at(second), buyers: at(second) }
  const plan = (cursors: typeof known | object) =>
    windowsOf(planIncremental(resources, { account: { changes: feed }, now, cursors: { ...cursors } }))
  expect(plan(known)).toEqual([
    ['events', 'created', second - 600, second - 600],
    ['orders', 'created', second - 600, second - 600],
    ['refunds', 'created', second - 600, second - 600],
  ])
  const { buyers: _, ...others } = known
  expect(plan(others)).toEqual([
    ['events', 'created', second - 600, second - 600],
    ['orders', 'created', 0, 0],
    ['refunds', 'created', second - 600, second - 600],
  ])
})

test('the feed is asked a day back for what no job has applied, and no further than what is known goes', () => {
  const plan = (since: number | null) =>
    planIncremental([{ name: 'customers', createdFilter: created }], {
      account: { changes: feed },
      now,
      cursors: { customers: at(second) },
      known: since === null ? null : { since, ids: ['evt_1'] },
    })
  const event = (from: number) => [['events', 'created', from, second - 600]]
  expect(windowsOf(plan(null))).toEqual(event(second - 600))
  expect(plan(null).known).toBeNull()
  expect(windowsOf(plan(second - 5 * day))).toEqual(event(second - day))
  expect(plan(second - 5 * day).known).toEqual({ since: second - 5 * day, ids: ['evt_1'] })
  expect(windowsOf(plan(second - 3_600))).toEqual(event(second - 3_600))
  // What is known begins within the window that is read anyway: nothing is left out.
  expect(windowsOf(plan(second - 600))).toEqual(event(second - 600))
  expect(plan(second - 600).known).toBeNull()
  expect(windowsOf(plan(second - 60))).toEqual(event(second - 600))
})

test('only resources that the feed mentions follow it', () => {
  const resources = [
    { name: 'customers', createdFilter: created },
    { name: 'payouts', createdFilter: created },
  ]
  const plan = (mentioned: readonly string[]) =>
    planIncremental(resources, {
      account: { changes: { ...feed, mentioned } },
      now,
      cursors: { customers: at(second), payouts: at(second - 50_000) },
    })
  expect(plan(['customers']).cursors).toEqual({ customers: second })
  expect(windowsOf(plan(['customers']))).toEqual([
    ['events', 'created', second - 600, second - 600],
    ['payouts', 'created', second - 50_600, second - 50_600],
  ])
  expect(windowsOf(plan([]))).toEqual([['payouts', 'created', second - 50_600, second - 50_600]])
})

test('a list that is followed by its changes is read from the beginning if these do not go back to the cursor', () => {
  const plan = (age: number) =>
    windowsOf(
      planIncremental(
        [{ name: 'orders', createdFilter: created, updatedFilter: { field: 'updated', historyDays: 3 } }],
        {
          account: { changes: feed },
          now,
          cursors: { orders: at(second - age) },
        },
      ),
    ).filter(([name]) => name === 'orders')
  const edge = 3 * day - 660
  expect(plan(edge)).toEqual([['orders', 'updated', second - edge - 600, second - edge - 600]])
  expect(plan(edge + 1)).toEqual([['orders', 'created', 0, 0]])
})

test('rows that may still change are looked for behind the cursor, in lists that have a time and say which rows', () => {
  const unsettled = { by: { column: 'status' }, values: ['open'] } as const
  const rest = { table, owner: null, row: () => ({ id: 'id' }) }
  const lists = [
    { name: 'a', ...rest, createdFilter: created, unsettled },
    { name: 'b', ...rest, createdFilter: { field: 'created', lag: 3_600 }, unsettled },
    { name: 'no time', ...rest, unsettled },
    { name: 'every row', ...rest, createdFilter: created, unsettled: 'every row' as const },
    { name: 'settled', ...rest, createdFilter: created },
    { name: 'no cursor', ...rest, createdFilter: created, unsettled },
  ]
  const cursors = Object.fromEntries(lists.slice(0, 5).map(({ name }) => [name, at(second)]))
  expect(unsettledSearches(lists, cursors).map(({ resource, before }) => [resource.name, before])).toEqual([
    ['a', second - 600],
    ['b', second - 3_600],
  ])
})

test('a cursor may be ahead of the database by as much as clocks may differ, and by no second more', () => {
  const plan = (seconds: number) =>
    planIncremental([{ name: 'customers', createdFilter: created }], {
      account: { changes: feed },
      now: second * 1_000,
      cursors: { customers: at(second + seconds) },
    }).mode
  expect([plan(clockTolerance / 1_000), plan(clockTolerance / 1_000 + 1)]).toEqual(['incremental', 'full'])
})

test('what was found of one resource is read of that resource alone', () => {
  const unsettled = { by: { column: 'status' }, values: ['open'] } as const
  const resources = ['a', 'b'].map((name) => ({ name, createdFilter: created, unsettled }))
  const rows = { name: 'b', ids: ['b_1'], seconds: [500], oldest: 500, newest: 500, between: 1, since: 1_000 }
  const cursors = { a: at(second), b: at(second) }
  expect(windowsOf(planIncremental(resources, { account: {}, now, cursors, unsettled: [rows] }))).toEqual([
    ['a', 'created', second - 600, second - 600],
    ['b', 'created', second - 600, second - 600],
    ['b', 'created', 500, 500],
  ])
})

test('events that earlier jobs applied are known by id, for each resource from its own cursor on', () => {
  const planned = planFull([], { now })
  expect(eventsBefore(planned)).toBeUndefined()
  expect(eventsBefore({ ...planned, cursors: { customers: second }, known: { since: 7, ids: ['evt_1'] } })).toEqual({
    starts: { customers: second - 600 },
    since: 7,
    ids: new Set(['evt_1']),
  })
})
