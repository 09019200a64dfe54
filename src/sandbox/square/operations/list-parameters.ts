import { badRequest } from '../refusal.ts'

/** A page size above 100 is ignored, as the specification says of payments, refunds and payouts. */
export function atMost100(limit = 100): number {
  if (limit < 1) throw badRequest('VALUE_TOO_LOW', '`limit` must be at least 1.', 'limit')
  return Math.min(limit, 100)
}

interface UpdatedRange {
  readonly sort_field?: string
  readonly updated_at_begin_time?: number
  readonly updated_at_end_time?: number
}

/** A range of changes is read in the order of changes only. */
export function checkUpdatedRange({ sort_field, updated_at_begin_time, updated_at_end_time }: UpdatedRange): void {
  const hasRange = updated_at_begin_time !== undefined || updated_at_end_time !== undefined
  if (hasRange && sort_field !== 'UPDATED_AT')
    throw badRequest(
      'CONFLICTING_PARAMETERS',
      '`updated_at_begin_time` and `updated_at_end_time` need `sort_field=UPDATED_AT`.',
      'sort_field',
    )
}
