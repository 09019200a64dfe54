import { isRefused } from '../errors.ts'
import type { Account } from '../provider/contract.ts'
import { objectOf, withRelated } from '../sync/changed-object.ts'
import { largestPage } from '../sync/page-size.ts'
import { openListReader, readPages } from '../sync/reader.ts'
import type { Source } from '../sync/source.ts'

interface Feed {
  readonly changes: Account['changes']
  readonly sources: readonly Source[]
  /** Second from which on the tables do not claim to have the changes. */
  readonly since: number
}

/** Events of the feed that are read. A copy that is older differs in more than is worth explaining. */
const eventsAtMost = 100_000

/** An event that is read twice announces the same change. */
const ignoreRestart = () => {}

/** The objects that have changed since, as `resource id`. None if the provider has no feed or the key may not read it. */
export async function readChangedSince(
  { changes, sources, since }: Feed,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>()
  const feed = sources.find(({ kind }) => kind === 'feed')
  if (!changes || !feed) return changed
  try {
    let left = eventsAtMost
    const reader = openListReader(feed, { since, limit: largestPage })
    for await (const { items } of readPages(reader, (query) => feed.list(query, signal), ignoreRestart)) {
      for (const event of items) {
        const change = changes.read(event)
        for (const object of change ? withRelated(change) : []) changed.add(objectOf(object))
      }
      left -= items.length
      if (left <= 0) break
    }
  } catch (error) {
    if (!isRefused(error, 'resource')) throw error
  }
  return changed
}
