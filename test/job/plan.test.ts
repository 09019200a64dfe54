import { describe, expect, it } from 'vitest'
import { isCursorExpired, planFull, planIncremental } from '../../src/job/plan.ts'
import { plan } from '../../src/job/state/checkpoint.ts'
import type { ChangeSource } from '../../src/provider/contract.ts'

const day = 86_400

const created = { field: 'created' }
const resources = [
  { name: 'customers', createdFilter: created },
  { name: 'balances', createdFilter: created },
  { name: 'countries' },
  { name: 'vaults', parts: ['open', 'shut'], createdFilter: created },
]
const changes: ChangeSource = {
  keptDays: 30,
  announced: ['customers', 'prices'],
  list: () => Promise.reject(new Error('not asked')),
  read: () => null,
}
const names = resources.map(({ name }) => name)
const second = 1_790_000_000
const at = (seconds: number, refusedSince: number | null = null) => ({ second: seconds, refusedSince })
const cursorsOf = (resources: readonly string[], seconds = second) =>
  Object.fromEntries(resources.map((name) => [name, at(seconds)]))
const secondsOf = (resources: readonly string[]) => Object.fromEntries(resources.map((name) => [name, second]))
const cursors = cursorsOf([...names, 'more'])
/** The database's clock, a minute after the cursor. */
const now = (second + 60) * 1_000
const incremental = { mode: 'incremental', note: null, resources: names, cursors: secondsOf(names) } as const

describe('an incremental job', () => {
  it('reads the feed since its cursor, and by creation time what the feed leaves out, both ten minutes further back', () => {
    const since = second - 600
    const [customers, balances, countries, vaults] = resources
    expect(planIncremental(resources, { account: { changes }, now, cursors })).toEqual(
      plan(
        [
          { resource: { name: 'events' }, since },
          { resource: balances!, since },
          // Without a filter by creation time there is no other way than all of it.
          { resource: countries!, since: 0 },
          { resource: vaults!, since },
        ],
        incremental,
      ),
    )
    const only = planIncremental([customers!], { account: { changes }, now, cursors })
    const about = { ...incremental, resources: ['customers'], cursors: secondsOf(['customers']) }
    expect(only).toEqual(plan([{ resource: { name: 'events' }, since }], about))
    expect(only.slices.map(({ window }) => window)).toEqual([{ from: since, to: null }])
  })

  it('reads each part of a resource the feed leaves out', () => {
    const { slices } = planIncremental(resources.slice(3), { account: { changes }, now, cursors })
    expect(slices.map(({ resource, part }) => [resource, part])).toEqual([
      ['events', null],
      ['vaults', 'open'],
      ['vaults', 'shut'],
    ])
  })

  it('reads from the beginning what its cursor does not cover, announced or not, and says so', () => {
    const partly = cursorsOf(['countries', 'vaults'])
    const since = second - 600
    const [customers, balances, countries, vaults] = resources
    expect(planIncremental(resources, { account: { changes }, now, cursors: partly })).toEqual(
      plan(
        [
          { resource: { name: 'events' }, since },
          { resource: customers!, since: 0 },
          { resource: balances!, since: 0 },
          { resource: countries!, since: 0 },
          { resource: vaults!, since },
        ],
        {
          ...incremental,
          note: 'not covered by the cursor, so read from the beginning: customers, balances',
          cursors: secondsOf(['countries', 'vaults']),
        },
      ),
    )
  })

  const instead: Readonly<Record<string, readonly [Parameters<typeof planIncremental>[1], string]>> = {
    'whose provider has no feed': [
      { account: {}, now, cursors },
      'the provider has no feed of changes: everything was read',
    ],
    'without a cursor': [{ account: { changes }, now, cursors: {} }, 'there was no cursor yet: everything was read'],
  }
  it.each(Object.entries(instead))('%s becomes a full one that says why', (_, [situation, note]) => {
    const full = planIncremental(resources, situation)
    expect(full).toEqual(planFull(resources, { now: situation.now, note }))
    expect(full).toMatchObject({ mode: 'full', note })
    expect(full.slices.map(({ resource, part }) => [resource, part])).toEqual([
      ['customers', null],
      ['balances', null],
      ['countries', null],
      ['vaults', 'open'],
      ['vaults', 'shut'],
    ])
    expect(full.slices.every(({ window }) => window.from === 0 && window.to === null)).toBe(true)
  })
})

describe('the cursors of an incremental job', () => {
  const [customers, balances] = resources

  it('may differ: the feed is read once from the oldest, and each list from its own', () => {
    const differing = { customers: at(second - 5_000), balances: at(second) }
    const { slices, cursors: planned } = planIncremental([customers!, balances!], {
      account: { changes },
      now,
      cursors: differing,
    })
    expect(slices.map(({ resource, window }) => [resource, window.from])).toEqual([
      ['events', second - 5_600],
      ['balances', second - 600],
    ])
    expect(planned).toEqual({ customers: second - 5_000, balances: second })
  })

  it('of other resources do not count', () => {
    const { slices } = planIncremental([customers!], {
      account: { changes },
      now,
      cursors: { customers: at(second), balances: at(5) },
    })
    expect(slices.map(({ window }) => window.from)).toEqual([second - 600])
  })

  it('in the future are none, alone or beside others', () => {
    const ahead = { customers: at(second + 86_400) }
    const date = new Date((second + 86_400) * 1_000).toISOString()
    expect(planIncremental([customers!], { account: { changes }, now, cursors: ahead })).toEqual(
      planFull([customers!], { now, note: `the cursor is in the future (${date}): everything was read` }),
    )
    const beside = planIncremental([customers!, balances!], {
      account: { changes },
      now,
      cursors: { ...ahead, balances: at(second) },
    })
    expect(beside).toMatchObject({
      mode: 'incremental',
      note: `the cursor is in the future (${date}), so read from the beginning: customers`,
    })
  })

  it('of a resource that was refused are followed for a day, and then the resource is read from the beginning', () => {
    const refused = (age: number) =>
      planIncremental([customers!, balances!], {
        account: { changes },
        now,
        cursors: { customers: at(second), balances: at(second - 7_200, now / 1_000 - age) },
      }).slices.map(({ resource, window }) => [resource, window.from])
    expect(refused(day)).toEqual([
      ['events', second - 7_800],
      ['balances', second - 7_800],
    ])
    expect(refused(day + 1)).toEqual([
      ['events', second - 600],
      ['balances', 0],
    ])
  })
})

describe('a feed', () => {
  const planned = planIncremental(resources, { account: { changes }, now, cursors })
  const answered = (age: number) => new Date((second + age) * 1_000)

  it('is relied on as long as it goes back behind the cursors with two days to spare', () => {
    expect(isCursorExpired(planned, { changes }, answered(0))).toBe(false)
    expect(isCursorExpired(planned, { changes }, answered(28 * day - 1))).toBe(false)
    expect(isCursorExpired(planned, { changes }, answered(28 * day))).toBe(true)
    expect(isCursorExpired({ ...planned, cursors: {} }, { changes }, answered(28 * day - 1))).toBe(false)
    expect(isCursorExpired({ ...planned, cursors: {} }, { changes }, answered(28 * day))).toBe(true)
  })

  it.each([28, 400])('that no longer goes back to a cursor of %i days makes the job a full one', (days) => {
    const feedNow = answered(days * day).getTime()
    expect(planIncremental(resources, { account: { changes }, now, cursors, feedNow })).toEqual(
      planFull(resources, {
        now,
        note: `the cursor was ${days} days old and the feed goes back 30: everything was read`,
      }),
    )
  })

  it('that goes back to some of the cursors is followed for these', () => {
    const [customers, balances] = resources
    const again = planIncremental([customers!, balances!], {
      account: { changes },
      now,
      cursors: { customers: at(second), balances: at(second - 20 * day) },
      feedNow: answered(8 * day).getTime(),
    })
    expect(again).toMatchObject({
      mode: 'incremental',
      note: 'the cursor was 28 days old and the feed goes back 30, so read from the beginning: balances',
      cursors: { customers: second },
    })
  })

  it('is no question for a full job', () => {
    expect(isCursorExpired(planFull(resources, { now }), { changes }, answered(400 * day))).toBe(false)
  })
})

describe('objects asked for by id', () => {
  it('are asked for once, however many parts their list has', () => {
    const resource = { name: 'payouts', parts: ['north', 'south'] }
    const { slices } = plan([
      { resource, since: 0 },
      { resource, since: 0, ids: ['po_1'] },
    ])
    expect(slices.map(({ part, ids }) => [part, ids])).toEqual([
      ['north', undefined],
      ['south', undefined],
      [null, ['po_1']],
    ])
  })
})

describe('an incremental job without a feed of changes', () => {
  const now = 1_790_000_000_000
  const second = 1_789_999_000
  const timeFilter = { field: 'at' }
  const lists = [
    { name: 'changes', updatedFilter: { ...timeFilter, lag: 3_600 }, createdFilter: timeFilter },
    { name: 'growing', createdFilter: timeFilter, unsettled: { by: { column: 'status' }, values: ['open'] } },
    { name: 'whole' },
    { name: 'silent', createdFilter: timeFilter },
    { name: 'new', updatedFilter: timeFilter, createdFilter: timeFilter },
  ]
  const cursors = Object.fromEntries(
    ['changes', 'growing', 'whole', 'silent'].map((name) => [name, { second, refusedSince: null }]),
  )
  const checkpoint = planIncremental(lists, { account: {}, cursors, now })
  const windows = Object.fromEntries(checkpoint.slices.map(({ resource, by, window }) => [resource, [by, window.from]]))

  it('reads what has changed by the time of change, as far back as the list may lag', () => {
    expect(windows.changes).toEqual(['updated', second - 3_600])
  })
  it('reads what is new of a list whose unsettled rows are known, and the whole list if nothing tells of changes', () => {
    expect(windows).toMatchObject({ growing: [undefined, second - 600], whole: [undefined, 0], silent: [undefined, 0] })
  })
  it('reads a resource without a cursor from the beginning, by creation', () => {
    expect(windows.new).toEqual([undefined, 0])
  })
  it('reads no feed', () => {
    expect(Object.keys(windows)).toEqual(['changes', 'growing', 'whole', 'silent', 'new'])
  })
  it('has a checkpoint that a worker which knows windows of creation only gives back', () => {
    expect(checkpoint.version).toBe(2)
    expect(planFull(lists, { now }).version).toBe(1)
  })
})
