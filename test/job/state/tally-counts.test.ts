import { expect, test } from 'vitest'
import { addTally, count, countNested, decrement, monthOf, tallySchema } from '../../../src/job/state/tally.ts'

const january = Date.UTC(2026, 0, 31) / 1_000
const february = Date.UTC(2026, 1, 1) / 1_000
const nested = (created: number | null, items: number) => ({ resource: 'invoice_lines', created, items })

test('an item counts that was created in the second of the first page, and none that was created after it', () => {
  expect(count(undefined, [january, february, february + 1], february)).toEqual({
    until: february,
    listed: 2,
    months: { '2026-01': 1, '2026-02': 1 },
    recent: { [february]: 1 },
  })
})

test('a later page counts nothing beyond the first page, and an earlier one lowers the limit', () => {
  const first = count(undefined, [january], january)
  expect(count(first, [february], february)).toMatchObject({ until: january, listed: 1, months: { '2026-01': 1 } })
  expect(count(count(undefined, [], february), [january], january).until).toBe(january)
})

test('an earlier page takes out what later ones counted of the seconds after it', () => {
  const head = count(undefined, [february - 200, february - 2, february - 1, february], february)
  const earlier = count(head, [february - 300, february - 1], february - 1)
  expect(earlier).toMatchObject({ until: february - 1, listed: 5, months: { '2026-01': 5 } })
  expect(count(earlier, [], february - 2)).toMatchObject({ until: february - 2, listed: 3, months: { '2026-01': 3 } })
  const lists = countNested(undefined, [nested(null, 1), nested(february - 1, 10), nested(february, 100)], february)
  expect(countNested(lists, [nested(february - 1, 1_000)], february - 1)).toMatchObject({ listed: 1_011 })
  expect(addTally(head, { until: february - 1, listed: 1, months: {} })).toMatchObject({
    until: february - 1,
    listed: 4,
  })
  expect(count(decrement(head, february), [], february - 1)).toMatchObject({ listed: 3, months: { '2026-01': 3 } })
})

test('a tally remembers two minutes by second, and no more', () => {
  const first = count(undefined, [january - 119, january - 120, january], january)
  expect(first.recent).toEqual({ [january - 119]: 1, [january]: 1 })
  expect(count(first, [january - 1], january).recent).toEqual({ [january - 119]: 1, [january - 1]: 1, [january]: 1 })
  expect(tallySchema.parse(JSON.parse(JSON.stringify(first)))).toEqual(first)
})

test('a nested list counts if its parent is counted, or has no time', () => {
  const lists = [nested(null, 1), nested(january, 10), nested(february, 100), nested(february + 1, 1_000)]
  expect(countNested(undefined, lists, february)).toMatchObject({ until: february, listed: 111, months: {} })
  expect(countNested({ until: january, listed: 5, months: {} }, lists, february)).toMatchObject({
    until: january,
    listed: 16,
    months: {},
  })
})

test('a nested list that is read again with its parent counts as it was first, and is remembered as what may have changed', () => {
  const again = { ...nested(january, 12), relisted: true as const }
  const first = countNested(undefined, [nested(january, 10)], february)
  const second = countNested(first, [again, { ...nested(february + 1, 9), relisted: true as const }], february)
  expect(second).toMatchObject({ listed: 10, relisted: 12 })
  expect(countNested(second, [again, nested(february, 1)], february)).toMatchObject({ listed: 11, relisted: 24 })
  expect(addTally(second, second)).toMatchObject({ listed: 20, relisted: 24 })
  expect(decrement(second, january)).toMatchObject({ listed: 9, relisted: 12 })
  expect(tallySchema.parse(JSON.parse(JSON.stringify(second)))).toEqual(second)
  expect(first).not.toHaveProperty('relisted')
})

test('tallies of one list add up, by month as well, until the earlier of both ends', () => {
  const sum = addTally(
    { until: 20, listed: 3, months: { '2026-01': 1, '2026-02': 2 } },
    { until: 10, listed: 4, months: { '2026-02': 3, '2026-03': 1 } },
  )
  expect(sum).toEqual({ until: 10, listed: 7, months: { '2026-01': 1, '2026-02': 5, '2026-03': 1 } })
})

test('the month of a second is that of UTC', () => {
  expect([monthOf(february - 1), monthOf(february), monthOf(0)]).toEqual(['2026-01', '2026-02', '1970-01'])
})
