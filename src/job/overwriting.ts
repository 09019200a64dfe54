import type { Overwrite } from '../db/overwrite.ts'
import type { Session } from './session.ts'
import type { Checkpoint } from './state/checkpoint.ts'

/** `force_refresh` overwrites whatever is stored. Events are older than rows and overwrite only what cannot be right. */
export function overwriting({ request, job }: Session, mode: Checkpoint['mode']): Overwrite | null {
  if (!request.additionalData.forceRefresh) return null
  if (mode === 'incremental') return { kind: 'from the future' }
  return { kind: 'stored before', since: job.startedAt ?? job.createdAt }
}
