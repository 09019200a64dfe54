import { sql } from 'drizzle-orm'
import { released } from '../lease.ts'
import type { SyncJobResult } from '../state/result.ts'

/** The columns of a job that has nothing left to read. */
export function completion(result: SyncJobResult) {
  return {
    ...released,
    status: 'completed',
    result,
    checkpoint: null,
    error: null,
    waitingFor: null,
    waitingSince: null,
    finishedAt: sql`now()`,
  } as const
}
