import { expect, it } from 'vitest'
import { totalShare } from '../../../src/job/state/total-share.ts'

const share = (...resources: (readonly [fetched: number, share: number])[]) =>
  totalShare(resources.map(([fetched, share]) => ({ fetched, share })))

it('the share of a job is that of all rows that are expected', () => {
  expect(share([100, 0.5], [100, 1])).toBeCloseTo(200 / 300)
  expect(share([300, 1], [100, 0.25])).toBeCloseTo(400 / 700)
})

it('the share of a job is not known before each resource has brought its first page', () => {
  expect(share()).toBeNull()
  expect(share([100, 0.5], [0, 0])).toBeNull()
  expect(share([100, 0.5], [0, 0.9])).toBeNull()
})

it('a resource without rows that is read to its end counts for nothing', () => {
  expect(share([0, 1])).toBe(1)
  expect(share([100, 0.5], [0, 1])).toBe(0.5)
})

it('a share that is not estimated yet is as good as none', () => {
  expect(share([1, 0])).toBeCloseTo(0.001)
})
