import { isRefused } from '../errors.ts'
import type { Item } from '../json/item.ts'
import type { ListSource } from '../provider/contract.ts'

/**
 * The items of a list whose items are summaries, each fetched by its id. An object that is gone meanwhile, or that the
 * provider refuses to show whole, stays as the list shows it: the next job finds out.
 * @throws SyncError
 */
export async function completeItems(
  { listsSummaries, retrieve }: ListSource,
  items: readonly Item[],
  signal: AbortSignal,
): Promise<readonly Item[]> {
  if (!listsSummaries || !retrieve) return items
  return await Promise.all(
    items.map(async (summary) => {
      if (summary.id === null) return summary
      try {
        const { item } = await retrieve(summary.id, signal)
        return item ?? summary
      } catch (error) {
        if (isRefused(error, 'object')) return summary
        throw error
      }
    }),
  )
}
