import { expect, it } from 'vitest'
import { refuseWrongDate } from '../../src/job/clock-check.ts'

const now = Date.UTC(2026, 10, 30, 12)
const minute = 60_000

/** An answer so many minutes after now. `earlier`: so many minutes after now an earlier job read the provider's clock. */
const check =
  (minutes: number, earlier: number | null = null) =>
  () =>
    refuseWrongDate(
      new Date(now + minutes * minute),
      { databaseNow: now, earlier: earlier === null ? null : now + earlier * minute },
      'stripe',
    )

it('an answer may be five minutes ahead of the database, and no more', () => {
  expect(check(5)).not.toThrow()
  expect(check(6)).toThrow(
    "stripe: the answer is dated 6 minutes ahead of the database's clock (2026-11-30T12:06:00.000Z against 2026-11-30T12:00:00.000Z). Nothing of it was stored.",
  )
})

it('an answer may be five minutes before those of an earlier job, and no more', () => {
  expect(check(-65, -60)).not.toThrow()
  expect(check(-66, -60)).toThrow(
    'stripe: the answer is dated 6 minutes before the answers of an earlier job (2026-11-30T10:54:00.000Z against 2026-11-30T11:00:00.000Z).',
  )
  expect(check(-60, -66)).not.toThrow()
})

it('without an earlier job an old answer is taken, and a wrong date is tried again', () => {
  expect(check(-60 * 24)).not.toThrow()
  expect(check(6)).toThrowError(expect.objectContaining({ verdict: 'retry', code: 'provider_clock' }))
})
