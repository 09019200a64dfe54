import { expect, it } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import type { Account, ListSource, Page } from '../../../src/provider/contract.ts'
import { newAnswers, timedSource } from '../../../src/sync/estimate/answers.ts'
import { costAlone, costOf } from '../../../src/sync/estimate/cost.ts'
import { exactly } from '../../../src/sync/estimate/range.ts'

const account = { perSecond: 10 } as Account
const source = { perSecond: 5 } as ListSource
const unlimited = {} as ListSource
const open = { least: 10, likely: 20, most: null }

it('the fastest answer, and the points of all of them, are kept', async () => {
  const times = [1_000, 1_300, 2_000, 2_200, 3_000, 3_900]
  const clock = { now: () => times.shift() } as unknown as Clock
  const allowance = { actual: 12, perSecond: 100 }
  const pages = [{}, { allowance }, { allowance }] as Page[]
  const answers = newAnswers()
  const timed = timedSource({ list: async () => pages.shift() } as unknown as ListSource, clock, answers)
  const query = { cursor: null, limit: 1 }
  for (const _ of Array.from({ length: 3 })) await timed.list(query, new AbortController().signal)
  expect(answers).toEqual({ fastest: 200, count: 3, points: 24, pointsPerSecond: 100 })
})

it('a job costs the sums of its resources, and the time of the slowest limit', () => {
  const resources = [
    { items: exactly(100), requests: exactly(100), bytes: exactly(1_000) },
    { items: open, requests: open, bytes: open },
  ]
  const loads = [
    { source, isChain: false, requests: [exactly(100)] },
    { source: unlimited, isChain: false, requests: [open] },
  ]
  const measurement = { account, answers: newAnswers(), resources, loads }
  // 100 requests at 5 a second are 20 seconds: 0.33 minutes, and 20 × 0.0000133334 dollars. All 121 take 12.1 at 10 a second.
  expect(costOf(measurement)).toEqual({
    rows: { least: 110, likely: 120, most: null },
    requests: { least: 111, likely: 121, most: null },
    bytes: { least: 1_010, likely: 1_020, most: null },
    minutes: { least: 0.33, likely: 0.33, most: null },
    lambdaDollars: { least: 0.0003, likely: 0.0003, most: null },
  })
  // 101 of 1,000 requests.
  const known = { ...measurement, account: { ...account, monthlyReads: 1_000 }, resources: resources.slice(0, 1) }
  expect(costOf({ ...known, loads: loads.slice(0, 1) })).toMatchObject({
    monthlyShare: exactly(0.101),
    minutes: exactly(0.33),
  })
})

it('pages that follow each other take no time of an answer, if nothing was asked', () => {
  const load = { source, isChain: true, requests: [exactly(300)] }
  // 300 requests at 5 a second are a minute.
  expect(costAlone({ account, answers: newAnswers(), load }).minutes).toEqual(exactly(1))
})
