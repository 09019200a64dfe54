import type { ReadPage } from '../../sync/read-page.ts'
import { recorded } from '../account.ts'
import { noDeletions } from './deletions.ts'
import { type Commit, type CommittedState, commitPages, type Deps } from './transaction.ts'

/** How many pages one transaction commits; grows and shrinks with how the connection holds out. */
export interface PagesPerCommit {
  current: number
}

interface CommittedPages {
  readonly committed: CommittedState
  readonly pages: readonly ReadPage[]
}

/** How often several pages are tried together before fewer are. */
const triesTogether = 2

/**
 * Commits a batch's pages in their order, all in one transaction. Where the connection does not hold out for so long, half
 * as many in each, down to a single page; twice as many again when that went well. Yields after each commit.
 * @throws SyncError see `commitPages`
 */
export async function* commitBatch(
  { batch, ...whole }: Commit,
  { pagesPerCommit, ...deps }: Deps & { readonly pagesPerCommit: PagesPerCommit },
  signal: AbortSignal,
): AsyncGenerator<CommittedPages, void, void> {
  let { committed, deletions, account } = whole
  for (let rest = batch.pages; rest.length > 0; ) {
    const pages = rest.slice(0, pagesPerCommit.current)
    const tries = pages.length > 1 ? { triesAtMost: triesTogether } : {}
    const part = { ...whole, batch: { ...batch, pages }, committed, deletions, account }
    const next = await commitPages(part, { ...deps, ...tries }, signal)
    if (!next) {
      pagesPerCommit.current = Math.ceil(pages.length / 2)
      continue
    }
    pagesPerCommit.current *= 2
    committed = next
    // What the pages prove goes in with the first of them: it is true whatever becomes of the others.
    deletions = noDeletions
    account = recorded(account)
    rest = rest.slice(pages.length)
    yield { committed, pages }
  }
}
