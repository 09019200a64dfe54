import * as z from 'zod'
import { SyncError } from '../errors.ts'
import { afterPage, carveSlice, type Reached, type Slice } from '../sync/slices.ts'

const window = z.object({ from: z.int(), to: z.int().nullable() })
const checkpoint = z.object({
  version: z.literal(1),
  /** Everything created before this second is covered once the checkpoint is empty; null before the first page. */
  until: z.int().nullable(),
  slices: z.array(
    z.object({
      id: z.int(),
      resource: z.string(),
      window,
      query: window,
      cursor: z.string().nullable(),
      position: z.int().nullable(),
    }),
  ),
})

/** What is still to be read: a fold over committed batches. `carve` and `advance` are its only moves. */
export type Checkpoint = z.infer<typeof checkpoint>

/** One slice per resource, from the beginning and with an open end. */
export function plan(resources: readonly string[]): Checkpoint {
  const all = { from: 0, to: null }
  return {
    version: 1,
    until: null,
    slices: resources.map((resource, at) => ({
      id: at + 1,
      resource,
      window: all,
      query: all,
      cursor: null,
      position: null,
    })),
  }
}

/** Cuts a slice in two. Changes nothing that is still to be read, so it needs no commit of its own. */
export function carve(
  from: Checkpoint,
  { id, at, olderId }: { readonly id: number; readonly at: number; readonly olderId: number },
): Checkpoint {
  return {
    ...from,
    slices: from.slices.flatMap((slice) => (slice.id === id ? [...carveSlice(slice, at, olderId)] : [slice])),
  }
}

/** A page that was read of a slice. */
export interface Advance extends Reached {
  readonly sliceId: number
  readonly observedAt: Date
}

/** Moves the page's slice to the cursor after it, or takes it out when the page was its last. */
export function advance(from: Checkpoint, page: Advance): Checkpoint {
  const seen = Math.floor(page.observedAt.getTime() / 1_000)
  const move = (slice: Slice): Slice[] => {
    if (slice.id !== page.sliceId) return [slice]
    const after = afterPage(slice, page)
    return after ? [after] : []
  }
  return { ...from, until: Math.min(from.until ?? seen, seen), slices: from.slices.flatMap(move) }
}

/** A checkpoint as stored. @throws SyncError `checkpoint_unreadable` where another version of the worker wrote it */
export function readCheckpoint(stored: unknown): Checkpoint {
  const parsed = checkpoint.safeParse(stored)
  if (parsed.success) return parsed.data
  throw new SyncError(
    'reject',
    'checkpoint_unreadable',
    'checkpoint: not one that this version of the worker wrote; send the job with force_refresh to start over',
  )
}
