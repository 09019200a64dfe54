import type { ReadPage } from '../../sync/read-page.ts'
import type { CommittedState } from './committed-state.ts'
import { noDeletions } from './deletions.ts'
import { countRows, pagesWithin, raiseBudget, reduceBudget } from './row-budget.ts'
import { type Commit, commitPages, type Deps } from './transaction.ts'

interface CommittedPages {
  readonly committed: CommittedState
  readonly pages: readonly ReadPage[]
}

/** The tries of several pages together before the budget is halved. */
const triesTogether = 2

/**
 * Commits a batch's pages in their order, all in one transaction if the budget allows it. If the connection breaks twice
 * while several pages are committed, the budget is halved and fewer pages are tried. A batch without pages is one
 * commit. Yields after each commit.
 * @throws SyncError see `commitPages`
 */
export async function* commitBatch(
  { batch, ...whole }: Commit,
  { budget, ...deps }: Omit<Deps, 'triesAtMost'>,
  signal: AbortSignal,
): AsyncGenerator<CommittedPages, void, void> {
  let { committed, deletions } = whole
  let rest = batch.pages
  do {
    const pages = pagesWithin(rest, budget)
    const tries = pages.length > 1 ? { triesAtMost: triesTogether } : {}
    const part = { ...whole, batch: { ...batch, pages }, committed, deletions }
    const next = await commitPages(part, { budget, ...deps, ...tries }, signal)
    if (!next) {
      reduceBudget(budget, countRows(pages), 2)
      continue
    }
    raiseBudget(budget)
    committed = next
    // The first commit of a batch includes the detected deletions. They hold even if the other pages fail.
    deletions = noDeletions
    rest = rest.slice(pages.length)
    yield { committed, pages }
  } while (rest.length > 0)
}
