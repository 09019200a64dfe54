import type { ReadPage } from '../../sync/read-page.ts'
import { advance, applySplit, type Checkpoint } from '../state/checkpoint.ts'
import type { Progress } from '../state/progress.ts'

/** The state of a job between two commits. */
export interface CommittedState {
  readonly checkpoint: Checkpoint
  readonly progress: Progress
  /** Transactions committed for this job so far. */
  readonly commits: number
  /** Searches that the last commit gave up for their time, a sentence each; absent if there are none. */
  readonly warnings?: readonly string[]
}

/** A change of the state: a slice was split, or pages were committed. */
export type Move =
  | { readonly kind: 'split'; readonly split: Parameters<typeof applySplit>[1] }
  | { readonly kind: 'commit'; readonly committed: CommittedState; readonly pages: readonly ReadPage[] }

/**
 * The state after a move, pure. A slice may be split while a commit runs, so that the committed checkpoint does not have
 * the split. The pages are applied to the current checkpoint instead: the moves commute. The tallies, the note and the
 * number of questions are the commit's.
 */
export function applyMove(state: CommittedState, move: Move): CommittedState {
  switch (move.kind) {
    case 'split':
      return { ...state, checkpoint: applySplit(state.checkpoint, move.split) }
    case 'commit': {
      const { committed, pages } = move
      const { tallies, asked, note } = committed.checkpoint
      return { ...committed, checkpoint: { ...pages.reduce(advance, state.checkpoint), tallies, asked, note } }
    }
  }
}

/** Whether nothing was read yet of a job that reads everything. */
export const readsAll = ({ checkpoint: { mode, tallies } }: CommittedState): boolean =>
  mode === 'full' && Object.keys(tallies).length === 0
