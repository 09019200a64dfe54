import { expect, it } from 'vitest'
import { changesRevenue } from '../../src/job/changes-revenue.ts'
import { noCounts } from '../../src/job/state/progress.ts'

const changes = (name: string, counts: object) =>
  changesRevenue({ counts: { progress: { [name]: { ...noCounts, ...counts } } } } as never)

it.each(['created', 'updated', 'deleted'])('a job that has %s a subscription may have changed MRR', (action) => {
  expect(changes('subscriptions', { [action]: 1 })).toBe(true)
  expect(changes('subscriptions', { [action]: 1, created: 1, updated: 1, deleted: 2 })).toBe(true)
})

it('a job that has changed nothing, or nothing that MRR is computed from, has not', () => {
  expect(changes('subscriptions', { fetched: 9, unchanged: 9 })).toBe(false)
  expect(changes('disputes', { created: 9 })).toBe(false)
})
