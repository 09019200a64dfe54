import { expect, it } from 'vitest'
import { batchSizes } from '../../src/job/batch-sizes.ts'
import type { Session } from '../../src/job/session.ts'

/** What a delivery takes on after so many deliveries without a commit, itself included. */
const after = (stalled: number) => batchSizes(64, { job: { stalled } } as unknown as Session)

it('the first delivery without a commit takes on everything, the second the square root, later ones a single item', () => {
  expect(after(1)).toEqual({ pageSize: 64, pagesAhead: 48, pagesPerBatch: 24, nestedPageSize: 64, checksById: 500 })
  expect(after(2)).toEqual({ pageSize: 8, pagesAhead: 7, pagesPerBatch: 5, nestedPageSize: 100, checksById: 250 })
  expect(after(3)).toEqual({ pageSize: 1, pagesAhead: 1, pagesPerBatch: 1, nestedPageSize: 100, checksById: 125 })
  expect(after(4)).toMatchObject({ pageSize: 1, checksById: 63 })
})
