import type { Batch } from '../sync/read-page.ts'
import { type Absence, askNext, finish, finishedLists, noteBatch, noteRest } from './absence.ts'
import type { CommittedState } from './commit/committed-state.ts'
import type { DetectedDeletions } from './commit/deletions.ts'
import { askForParents } from './orphans.ts'

export interface Settling extends Absence {
  /** The committed state of the job now. */
  committed(): CommittedState
  /** Requests that the job has made so far. */
  requests(): number
  /** Requests that any job may spend on asking by id. */
  readonly checksById: number
  commit(deletions: DetectedDeletions): Promise<void>
}

/** So many more for each other request of the job: a large account has more rows to ask for. */
const shareById = 0.5

/**
 * Notes the rows that the batch's pages do not show, and asks for those of lists that end with the batch. The answers are
 * committed at once, so that the next delivery goes on after them. Returns what belongs to the commit of the batch.
 * @throws SyncError
 */
export async function settleAbsence(batch: Batch, settling: Settling, signal: AbortSignal): Promise<DetectedDeletions> {
  await noteBatch(batch, settling, signal)
  const finished = finishedLists(batch, settling.committed().checkpoint)
  for (const source of finished) {
    await noteRest(source, batch, settling, signal)
    // A list that has left out what the provider has is not believed again in this job.
    while ((settling.committed().progress[source.name]?.kept ?? 0) === 0) {
      const atMost = questionsLeft(settling)
      const deletions =
        (settling.noted.has(source.name) ? await askNext(source, atMost, settling, signal) : null) ??
        (await askForParents(source, { batch, atMost }, settling, signal))
      if (!deletions) break
      await settling.commit(deletions)
    }
  }
  return finish(finished, settling)
}

function questionsLeft({ committed, requests, checksById }: Settling): number {
  const { asked } = committed().checkpoint
  return Math.max(0, checksById + Math.floor((requests() - asked) * shareById) - asked)
}
