import { describe, expect, it } from 'vitest'
import { isCursorExpired, planFull, planIncremental } from '../../src/job/plan.ts'
import { at, changes, cursors, day, now, resources, second } from './plan-setup.ts'

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
