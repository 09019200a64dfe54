import { expect, it } from 'vitest'
import { overwriting } from '../../src/job/overwriting.ts'

const [createdAt, startedAt] = [new Date(1_000), new Date(2_000)]
const overwrites = (mode: 'full' | 'incremental', forceRefresh: boolean, started: Date | null = startedAt) =>
  overwriting({ request: { additionalData: { forceRefresh } }, job: { createdAt, startedAt: started } } as never, mode)

it('a job without force_refresh overwrites nothing that was seen later', () => {
  expect(overwrites('full', false)).toBeNull()
  expect(overwrites('incremental', false)).toBeNull()
})

it('a forced full job overwrites what was stored before it began, and events only what cannot be right', () => {
  expect(overwrites('full', true)).toEqual({ kind: 'stored before', since: startedAt })
  expect(overwrites('full', true, null)).toEqual({ kind: 'stored before', since: createdAt })
  expect(overwrites('incremental', true)).toEqual({ kind: 'from the future' })
})
