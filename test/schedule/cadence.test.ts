import { expect, test } from 'vitest'
import { chooseEvery, type Measured } from '../../src/schedule/cadence.ts'

const measured: Measured = {
  provider: 'stripe',
  auto: true,
  syncType: 'incremental',
  everySeconds: 3_600,
  recentRequests: [10, 10, 10],
}
const minutes = (requests: readonly number[], others = 0) =>
  chooseEvery({ ...measured, recentRequests: [...requests] }, others) / 60

test('the shortest interval is chosen that spends at most 80 % of the least allowance in 30 days', () => {
  // 8,000 requests: 720 hourly jobs of 11, and 2,880 jobs each quarter of an hour of 2.
  expect(minutes([11, 11, 11])).toBe(60)
  expect(minutes([12, 12, 12])).toBe(120)
  expect(minutes([2, 2, 2])).toBe(15)
  expect(minutes([3, 3, 3])).toBe(20)
  expect(minutes([0, 0, 0])).toBe(15)
})

test('what the other schedules of the account spend is left to them', () => {
  expect(minutes([10, 10, 10], 4_000)).toBe(120)
  expect(minutes([10, 10, 10], 20_000)).toBe(1_440)
})

test('where even a job a day is too much, it is a job a day', () => {
  expect(minutes([900, 900, 900])).toBe(1_440)
})

test('the first job, which reads everything, and a single busy one do not count', () => {
  expect(minutes([3_855, 2])).toBe(60)
  expect(minutes([3_855, 2, 2])).toBe(15)
})

test('a cadence that a person gave stays, and so does that of a provider without a documented allowance', () => {
  expect(chooseEvery({ ...measured, auto: false, recentRequests: [2, 2, 2] }, 0)).toBe(3_600)
  expect(chooseEvery({ ...measured, provider: 'square', recentRequests: [2, 2, 2] }, 0)).toBe(3_600)
})
