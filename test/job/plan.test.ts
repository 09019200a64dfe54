import { describe, expect, it } from 'vitest'
import { planFull, planIncremental } from '../../src/job/plan.ts'
import { plan } from '../../src/job/state/checkpoint.ts'
import { at, changes, cursors, cursorsOf, day, names, now, resources, second } from './plan-setup.ts'

const secondsOf = (resources: readonly string[]) => Object.fromEntries(resources.map((name) => [name, second]))
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
