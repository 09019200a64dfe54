import { expect, test } from 'vitest'
import {
  addCounts,
  addErased,
  type Gain,
  noCounts,
  readProgress,
  startProgress,
  sumCounts,
} from '../../../src/job/state/progress.ts'
import { resultsOf } from '../../../src/job/state/result.ts'

const gain = (over: Partial<Gain> = {}): Gain => ({
  counts: {},
  skipped: {},
  drifts: [],
  remaining: {},
  unfinished: new Set(),
  ...over,
})
const fetched = (items: number) => ({ ...noCounts, fetched: items, created: items })

test('counts add up, each with its own', () => {
  const [left, right] = [
    { fetched: 1, created: 2, updated: 3, unchanged: 4, rejected: 5, deleted: 6, kept: 7 },
    { fetched: 10, created: 20, updated: 30, unchanged: 40, rejected: 50, deleted: 60, kept: 70 },
  ]
  expect(sumCounts([left, right])).toEqual({
    fetched: 11,
    created: 22,
    updated: 33,
    unchanged: 44,
    rejected: 55,
    deleted: 66,
    kept: 77,
  })
  expect(sumCounts([])).toEqual(noCounts)
})

test('a commit adds its counts to those of before, and begins a resource that had none', () => {
  const before = startProgress(['customers'], {})
  expect(before).toEqual({ customers: { ...noCounts, share: 0 } })
  const once = addCounts(before, gain({ counts: { customers: fetched(2), prices: fetched(1) } }))
  expect(addCounts(once, gain({ counts: { customers: fetched(3) } }))).toEqual({
    customers: { ...fetched(5), share: 1 },
    prices: { ...fetched(1), share: 1 },
  })
  expect(startProgress(['customers', 'prices'], once)).toEqual(once)
})

test('the share is what was fetched of what there probably is, to a thousandth', () => {
  const share = (items: number, left: number) =>
    addCounts(
      {},
      gain({
        counts: { customers: fetched(items) },
        remaining: { customers: left },
        unfinished: new Set(['customers']),
      }),
    ).customers?.share
  expect([share(1, 2), share(0, 0), share(0, 5), share(1, 0)]).toEqual([0.333, 0, 0, 0.99])
})

test('the share never falls, is not whole before the end, and is whole at the end', () => {
  const unfinished = new Set(['customers'])
  const half = addCounts({}, gain({ counts: { customers: fetched(5) }, remaining: { customers: 5 }, unfinished }))
  const more = addCounts(half, gain({ counts: { customers: fetched(5) }, remaining: { customers: 90 }, unfinished }))
  const ended = addCounts(more, gain({ remaining: { customers: 90 } }))
  expect([half, more, ended].map(({ customers }) => customers?.share)).toEqual([0.5, 0.5, 1])
})

test('a resource keeps why it was skipped, and the columns that drifted, with how often', () => {
  const reason = { code: 'permission_denied', message: 'customers: refused' }
  const drifts = ['name', 'name', 'email'].map((column) => ({ resource: 'prices', column }))
  const once = addCounts({}, gain({ skipped: { customers: reason }, drifts, counts: { prices: fetched(1) } }))
  const twice = addCounts(once, gain({ drifts: [{ resource: 'prices', column: 'name' }] }))
  expect(twice).toEqual({
    customers: { ...noCounts, share: 1, skipped: reason },
    prices: { ...fetched(1), share: 1, drift: { name: 3, email: 1 } },
  })
  expect(addCounts(twice, gain())).toEqual(twice)
})

test('what was erased and what could not be checked add up, and are absent if there is none', () => {
  const counts = (erased: number, unchecked: number) => ({
    counts: { customers: { ...fetched(1), ...(erased && { erased }), ...(unchecked && { unchecked }) } },
  })
  const none = addCounts({}, gain(counts(0, 0)))
  expect(Object.keys(none.customers ?? {})).not.toContain('erased')
  expect(Object.keys(none.customers ?? {})).not.toContain('unchecked')
  const progress = addCounts(addCounts(none, gain(counts(2, 10))), gain(counts(3, 20)))
  expect(progress.customers).toEqual({ ...fetched(3), share: 1, erased: 5, unchecked: 30 })
  expect(addErased(addErased(noCounts, 2), 3)).toEqual({ ...noCounts, erased: 5 })
})

test('progress is read as it was stored, and what cannot be read rejects the job', () => {
  const progress = addCounts({}, gain({ counts: { customers: fetched(2) } }))
  expect(readProgress(JSON.parse(JSON.stringify(progress)))).toEqual(progress)
  expect(() => readProgress({ customers: { fetched: -1 } })).toThrow(
    expect.objectContaining({ verdict: 'reject', code: 'progress_unreadable' }),
  )
})

test('a result has no shares, and a proof where one was made', () => {
  const proof = { until: '2026-01-01T00:00:00.000Z', listed: 2, live: 2, equal: true, differs: [] }
  const reason = { code: 'permission_denied', message: 'prices: refused' }
  const progress = addCounts(
    {},
    gain({
      counts: { customers: fetched(2) },
      skipped: { prices: reason },
      drifts: [{ resource: 'customers', column: 'name' }],
    }),
  )
  expect(resultsOf(progress, { customers: proof })).toStrictEqual({
    customers: { ...fetched(2), drift: { name: 1 }, proof },
    prices: { ...noCounts, skipped: reason },
  })
})
