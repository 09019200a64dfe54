import * as z from 'zod'
import { SyncError } from '../../errors.ts'
import { type Checkpoint, checkpointSchema } from './checkpoint.ts'

/**
 * A checkpoint as stored.
 * @throws SyncError `checkpoint_newer` if a newer version of the worker wrote it, `checkpoint_unreadable` if it is damaged
 */
export function readCheckpoint(stored: unknown): Checkpoint {
  const parsed = checkpointSchema.safeParse(stored)
  if (parsed.success) return parsed.data
  const version = z.object({ version: z.int().min(3) }).safeParse(stored).data?.version
  if (version !== undefined)
    throw new SyncError(
      'retry',
      'checkpoint_newer',
      `checkpoint: a newer version of the worker wrote it (version ${version}, and this one reads 2). The message goes back to the queue. Deploy the newer version everywhere.`,
    )
  throw new SyncError(
    'reject',
    'checkpoint_unreadable',
    'checkpoint: another version of the worker wrote it, and this one cannot read it. Send the job with a new jobId, or the same jobId with "force_refresh": true.',
  )
}
