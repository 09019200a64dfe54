import { sql } from 'drizzle-orm'
import type { SyncJobResult } from '../state/result.ts'

/** The columns of a job that has nothing left to read. */
export function completion(result: SyncJobResult) {
  const now = sql`now()`
  return {
    status: 'completed',
    result,
    checkpoint: null,
    error: null,
    waitingFor: null,
    waitingSince: null,
    leaseOwner: null,
    leaseUntil: null,
    finishedAt: now,
    updatedAt: now,
  } as const
}
