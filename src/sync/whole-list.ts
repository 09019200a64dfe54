import { listChanged, SyncError } from '../errors.ts'
import type { Page } from '../provider/contract.ts'

/** What the pages of a list with a stated total have shown since its first page. */
export interface WholeCheck {
  total: number | null
  items: number
  ids: Set<string>
}

export const newWholeCheck = (): WholeCheck => ({ total: null, items: 0, ids: new Set() })

/**
 * Checks that numbered pages show a list as it was at one time. An item that is added or removed between two pages moves
 * the others: then an item is on two pages, or on none.
 * @throws SyncError `list_changed`, with the scope of the page
 */
export function checkWhole(name: string, check: WholeCheck, page: Page): void {
  const { total, items, next } = page
  if (total === undefined) return
  check.total ??= total
  const changed = (what: string) => {
    const message = `${name}: the list ${what}, so that its pages may lack items. If it goes on, run the job at a time with fewer changes.`
    return new SyncError('reject', listChanged, message, { scope: 'page' })
  }
  if (total !== check.total) throw changed(`had ${check.total} items and then ${total} while it was read`)
  const ids = items.flatMap(({ id }) => id ?? [])
  if (ids.some((id) => check.ids.has(id))) throw changed('shows an item on two pages')
  for (const id of ids) check.ids.add(id)
  check.items += items.length
  if (next === null && check.items !== total) throw changed(`states ${total} items and shows ${check.items}`)
}
