import { isRefused } from '../errors.ts'
import type { Account, Page } from '../provider/contract.ts'
import type { Source } from '../sync/source.ts'

interface Feed {
  readonly changes: Account['changes']
  readonly sources: readonly Source[]
  /** Second from which on the tables do not claim to have the changes. */
  readonly since: number
}

/** Pages of the feed that are read. A copy that is older differs in more than is worth explaining. */
const pagesAtMost = 1_000

/** The objects that have changed since, as `resource id`. None if the provider has no feed or the key may not read it. */
export async function readChangedSince(
  { changes, sources, since }: Feed,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>()
  const feed = sources.find(({ kind }) => kind === 'feed')
  if (!changes || !feed) return changed
  try {
    for (let cursor: string | null = null, pages = 0; pages < pagesAtMost; pages++) {
      const page: Page = await feed.list({ window: { from: since, to: null }, cursor, limit: 100 }, signal)
      for (const event of page.items) {
        const change = changes.read(event)
        if (change) changed.add(`${change.resource} ${change.id}`)
      }
      if (page.next === null) return changed
      cursor = page.next
    }
  } catch (error) {
    if (!isRefused(error, 'resource')) throw error
  }
  return changed
}
