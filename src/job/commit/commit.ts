import type { Batch } from '../../sync/backfill.ts'
import { nothingSwept } from './deletions.ts'
import { type Commit, commit, type Deps, type Standing } from './transaction.ts'

/** A commit is a statement or two a table: how many pages were got through in one; changed by how it goes. */
export interface Stride {
  pages: number
}

interface Committed {
  readonly standing: Standing
  readonly batches: readonly Batch[]
}

/** How often several pages are tried together before fewer are. */
const triesTogether = 2

/**
 * Commits a step's pages in their order, all in one transaction. Where the connection does not hold out for so long, half
 * as many in each, down to a single page; twice as many again when that went well. Yields after each commit.
 * @throws SyncError see `commit`
 */
export async function* commitStep(
  { step, ...whole }: Commit,
  { stride, ...deps }: Deps & { readonly stride: Stride },
  signal: AbortSignal,
): AsyncGenerator<Committed, void, void> {
  let { standing, swept, account } = whole
  for (let rest = step.batches; rest.length > 0; ) {
    const batches = rest.slice(0, stride.pages)
    const tries = batches.length > 1 ? { triesAtMost: triesTogether } : {}
    const part = { ...whole, step: { ...step, batches }, standing, swept, account }
    const committed = await commit(part, { ...deps, ...tries }, signal)
    if (!committed) {
      stride.pages = Math.ceil(batches.length / 2)
      continue
    }
    stride.pages *= 2
    standing = committed
    // What the pages prove goes in with the first of them: it is true whatever becomes of the others.
    swept = nothingSwept
    account = { ...account, isRecorded: true, adopts: null }
    rest = rest.slice(batches.length)
    yield { standing, batches }
  }
}
